//! `PUT /v1/products/{sku}`: a merchant puts a product on the shelf, or changes it. Saying the same again changes nothing.

use axum::extract::State;
use serde_json::json;
use souk_kit::{
    Access, Answer, FieldError, Problem, Role,
    api::{Doc, Either, Located, Status, Tagged},
    dynamodb::optimistic,
    etag::Conditions,
    http::{Json, Path},
};

use super::{
    SKU,
    product_view::{ProductView, example, tag},
};
use crate::{
    announce,
    app::App,
    domain::{Details, Entry, Product, Sku},
    store::products,
};

pub(crate) const PUT_PRODUCT: Doc = Doc::new(
    "Put a product on the shelf, or change it",
    Access::of(&[Role::Merchant, Role::Machine], "catalog:write"),
)
.about("Saying the same again changes nothing.")
.path(&[SKU])
.says(&[
    (200, "The product, changed or as it was."),
    (201, "The product, which was not sold before."),
])
.asks(|| {
    json!({
        "name": "Yirgacheffe, whole beans, 250 g",
        "description": "Washed coffee from Ethiopia.",
        "category": "coffee",
        "price": { "amount_minor": 1290, "currency": "EUR" },
    })
})
.shows(example);

pub(crate) async fn put_product(
    State(app): State<App>,
    Path(sku): Path<String>,
    conditions: Conditions,
    Json(details): Json<Details>,
) -> Answer<Put> {
    let sku = check(&sku, &details)?;
    optimistic(|| publish(&app, &sku, &details, &conditions)).await
}

/// The product with its tag.
type Shown = Tagged<Json<ProductView>>;
/// Changed, or new.
type Put = Either<Shown, Status<201, Located<Shown>>>;

/// `None`: somebody else has changed it at the same moment.
async fn publish(
    app: &App,
    sku: &Sku,
    details: &Details,
    conditions: &Conditions,
) -> Answer<Option<Put>> {
    let before = products::find(&app.outbox, sku).await?;
    conditions.require(before.product().map(tag).as_ref())?;

    let mut tx = app.outbox.begin();
    let Some(product) = before.publish(sku, details, tx.now()) else {
        return Ok(before.product().map(replaced));
    };
    let after = Entry::Sold(product.clone());
    products::replace(&mut tx, app.outbox.table(), sku, &before, &after)?;
    for event in announce::published(&product, || tx.id()) {
        tx.emit(event)?;
    }
    if !app.commit(tx).await? {
        return Ok(None);
    }

    Ok(Some(match before {
        Entry::Sold(_) => replaced(&product),
        Entry::Never | Entry::Withdrawn { .. } => created(&product),
    }))
}

fn shown(product: &Product) -> Shown {
    Tagged(tag(product), Json(ProductView::of(product.clone())))
}

fn replaced(product: &Product) -> Put {
    Either::This(shown(product))
}

fn created(product: &Product) -> Put {
    let location = format!("/v1/products/{}", product.sku);
    let answer = shown(product);
    Either::That(Status(Located { location, answer }))
}

fn check(sku: &str, details: &Details) -> Answer<Sku> {
    let mut mistakes = details.mistakes();
    let sku = Sku::parse(sku);
    if sku.is_none() {
        mistakes.push(FieldError::new("sku", Sku::RULE));
    }
    match sku {
        Some(sku) if mistakes.is_empty() => Ok(sku),
        _ => Err(Problem::invalid(mistakes)),
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, collections::BTreeSet};

    use axum::http::StatusCode;
    use cloudevents::AttributesReader;
    use futures::future::join_all;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{Shop, details, mug};

    #[tokio::test]
    async fn a_new_product_is_announced_with_what_orders_needs_to_know() {
        let mut shop = Shop::with(&[]).await;
        let created = shop.put("MUG", &details()).await;
        assert_eq!(
            (created.status, created.header("location")),
            (StatusCode::CREATED, "/v1/products/MUG".into())
        );
        let price = json!({ "amount_minor": 1250, "currency": "EUR" });
        let at = "2025-06-15T15:06:40Z";
        let in_v1 = json!({
            "sku": "MUG", "name": "Blue mug", "category": "mugs", "version": 1, "price": price, "published_at": at,
        });
        let in_v2 = json!({
            "sku": "MUG", "name": "Blue mug", "description": "Holds tea.", "category": "mugs", "version": 1, "price": price,
            "on_sale_since": at, "changed_at": at,
        });
        let expected = [
            ("dev.souk.product.published.v1".to_owned(), in_v1),
            ("dev.souk.product.published.v2".to_owned(), in_v2),
        ];
        assert_eq!(shop.announced().await, expected);
    }

    #[tokio::test]
    async fn both_versions_are_events_of_their_own_about_the_same_product() {
        let product = mug(1250);
        let (id, ids) = (Cell::new(0), &mut BTreeSet::new());
        let next_id = || {
            id.set(id.get() + 1);
            Uuid::from_u128(id.get())
        };
        let events = announce::published(&product, next_id);
        for event in &events {
            ids.insert(event.id().to_owned());
            assert_eq!(event.subject(), Some("products/MUG-BLUE"));
            let key = event.extension("partitionkey").unwrap();
            assert_eq!(key.to_string(), "MUG-BLUE");
        }
        assert_eq!(ids.len(), events.len());
    }

    #[tokio::test]
    async fn a_change_is_announced_and_saying_the_same_again_is_not() {
        let mut shop = Shop::with(&["MUG"]).await;
        let mut dearer = details();
        dearer["price"]["amount_minor"] = json!(1300);
        for _ in 0..2 {
            let changed = shop.put("MUG", &dearer).await;
            assert_eq!(
                (changed.status, changed.header("etag")),
                (StatusCode::OK, "\"2\"".into())
            );
        }
        let announced = shop.announced().await;
        let versions: Vec<_> = announced.iter().map(|(_, data)| &data["version"]).collect();
        assert_eq!(versions, [2, 2], "once in each version of the event");
    }

    #[tokio::test]
    async fn a_change_that_was_meant_for_an_older_state_is_refused() {
        let shop = Shop::with(&["MUG"]).await;
        let mut other = details();
        for (name, tag, status) in [
            ("Red mug", "\"1\"", StatusCode::OK),
            ("Green mug", "\"1\"", StatusCode::PRECONDITION_FAILED),
            ("Green mug", "\"2\"", StatusCode::OK),
        ] {
            other["name"] = json!(name);
            let answered = shop.put_with("MUG", &other, "if-match", tag).await;
            assert_eq!(answered.status, status, "{name} {tag}");
        }
        let taken = shop.put_with("MUG", &details(), "if-none-match", "*").await;
        assert_eq!(taken.status, StatusCode::PRECONDITION_FAILED);
    }

    #[tokio::test]
    async fn changes_at_the_same_moment_happen_one_after_the_other() {
        let shop = Shop::with(&["MUG"]).await;
        let changes = (0..3).map(|n| {
            let mut other = details();
            other["name"] = json!(format!("Mug {n}"));
            let shop = &shop;
            async move { shop.put("MUG", &other).await.status }
        });
        assert_eq!(join_all(changes).await, [StatusCode::OK; 3]);
        assert_eq!(shop.get("/v1/products/MUG").await.json()["version"], 4);
    }

    #[tokio::test]
    async fn only_merchants_put_products_and_only_good_ones() {
        let shop = Shop::with(&[]).await;
        for role in [Role::Guest, Role::Customer, Role::Operator] {
            let refused = shop.put_as("MUG", &details(), role).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role:?}");
        }
        let mut cheap = details();
        cheap["price"]["amount_minor"] = json!(0);
        let mut own = details();
        own["stock"] = json!(7);
        for (sku, body) in [("MUG", cheap), ("mug", details()), ("MUG", own)] {
            let refused = shop.put(sku, &body).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        }
    }
}
