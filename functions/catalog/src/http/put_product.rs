//! `PUT /v1/products/{sku}`: a merchant puts a product on the shelf, or changes it. Saying the same again changes nothing.

use axum::{
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use souk_kit::{
    Answer, Caller, FieldError, Problem,
    dynamodb::optimistic,
    etag::Conditions,
    http::{Json, Path},
};

use super::product_view::{ProductView, tag};
use crate::{
    announce,
    app::App,
    domain::{Details, Entry, Product, Sku},
    store::products,
};

pub(crate) async fn put_product(
    State(app): State<App>,
    Path(sku): Path<String>,
    caller: Caller,
    conditions: Conditions,
    Json(details): Json<Details>,
) -> Answer<Response> {
    caller.require("merchant")?;
    let sku = check(&sku, &details)?;
    optimistic(|| publish(&app, &sku, &details, &conditions)).await
}

/// `None`: somebody else has changed it at the same moment.
async fn publish(
    app: &App,
    sku: &Sku,
    details: &Details,
    conditions: &Conditions,
) -> Answer<Option<Response>> {
    let before = products::find(&app.outbox, sku).await?;
    conditions.require(before.product().map(tag).as_ref())?;

    let mut tx = app.outbox.begin();
    let Some(product) = before.publish(sku, details, tx.now()) else {
        return Ok(before.product().map(replaced));
    };
    let after = Entry::Sold(product.clone());
    products::replace(&mut tx, app.outbox.table(), sku, &before, &after)?;
    tx.emit(announce::published(&product, tx.id()))?;
    if !app.commit(tx).await? {
        return Ok(None);
    }

    Ok(Some(match before {
        Entry::Sold(_) => replaced(&product),
        Entry::Never | Entry::Withdrawn { .. } => created(&product),
    }))
}

fn replaced(product: &Product) -> Response {
    (tag(product), Json(ProductView::of(product.clone()))).into_response()
}

fn created(product: &Product) -> Response {
    let location = format!("/v1/products/{}", product.sku);
    (
        StatusCode::CREATED,
        [(LOCATION, location)],
        replaced(product),
    )
        .into_response()
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
    use futures::future::join_all;
    use serde_json::json;

    use super::*;
    use crate::testing::{Shop, details};

    #[tokio::test]
    async fn a_new_product_is_announced_with_what_orders_needs_to_know() {
        let mut shop = Shop::with(&[]).await;
        let created = shop.put("MUG", &details()).await;
        assert_eq!(
            (created.status, created.header("location")),
            (StatusCode::CREATED, "/v1/products/MUG".into())
        );
        let (event_type, data) = shop.next().await;
        assert_eq!(event_type, "dev.souk.product.published.v1");
        let expected = json!({
            "sku": "MUG", "name": "Blue mug", "category": "mugs", "version": 1,
            "price": { "amount_minor": 1250, "currency": "EUR" }, "published_at": "2025-06-15T15:06:40Z",
        });
        assert_eq!(data, expected);
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
        assert_eq!(announced.len(), 1);
        assert_eq!(announced[0].1["version"], 2);
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
        let customer = shop.put_as("MUG", &details(), "customer").await;
        assert_eq!(customer.status, StatusCode::FORBIDDEN);
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
