//! `GET /v1/products`: what is sold, in the order of SKUs; or just the articles that are named. Anybody may ask.

use axum::{body::Bytes, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{
    Access, Answer, FieldError, Problem,
    api::{Doc, Either, Written},
    dynamodb::DynamoError,
    http::{Json, Query},
    page::{Cursor, Page, PageQuery},
};

use super::product_view::ProductView;
use crate::{
    app::App,
    domain::{Filter, Product, Sku, is_category},
    recent::Key,
    store::{Found, list, products},
};

/// What one request to the table takes.
const SKUS_MAX: usize = 100;

/// A page, made now or a moment ago.
type Listed = Either<Json<Page<ProductView>>, Written<Page<ProductView>>>;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Named {
    /// Just these articles, with commas between them; at most 100.
    sku: Option<String>,
}

pub(crate) const LIST_PRODUCTS: Doc = Doc::new("List products", Access::public())
    .about(
        "What is sold, in the order of SKUs; or, with `sku`, just those that are named and sold.",
    )
    .says(&[(200, "A page of products.")]);

pub(crate) async fn list_products(
    State(app): State<App>,
    Query(named): Query<Named>,
    Query(filter): Query<Filter>,
    page: PageQuery,
) -> Answer<Listed> {
    check(&filter)?;
    match named.skus()? {
        Some(skus) => {
            let found = pick(&app, &skus, &filter, page.after()?).await?;
            Ok(Either::This(Json(cut(found, &page))))
        }
        None => {
            let page = recent_page(&app, filter, page).await?;
            Ok(Either::That(Written::once(page)))
        }
    }
}

/// A page as it was made a moment ago, or is made now.
async fn recent_page(app: &App, filter: Filter, page: PageQuery) -> Answer<Bytes> {
    let now = app.outbox.clock().now();
    let key = Key::Page(filter.clone(), page.limit, page.cursor.clone());
    let begun = match app.recent.find(&key, now) {
        Ok(made) => return Ok(made),
        Err(begun) => begun,
    };
    let (after, wanted) = (page.after()?, page.limit as usize + 1);
    let found = list(&app.outbox, &filter, after.as_ref(), wanted).await?;
    let made = serde_json::to_vec(&cut(found, &page)).map_err(Problem::internal)?;
    let made = Bytes::from(made);
    app.recent.keep(begun, key, &made, now);
    Ok(made)
}

/// Those of the named articles that are sold, in the order of lists.
async fn pick(
    app: &App,
    skus: &[Sku],
    filter: &Filter,
    after: Option<Sku>,
) -> Result<Found, DynamoError> {
    let mut products = products::find_many(&app.outbox, skus).await?;
    let is_shown = |product: &Product| {
        filter.lets_through(product) && after.as_ref().is_none_or(|after| *after < product.sku)
    };
    products.retain(is_shown);
    products.sort_unstable_by(|a, b| a.sku.cmp(&b.sku));
    Ok(Found {
        products,
        ended_early_at: None,
    })
}

fn cut(found: Found, query: &PageQuery) -> Page<ProductView> {
    let cut = Page::cut(found.products, query, |last| last.sku.clone());
    let early = || Some(Cursor::encode(&found.ended_early_at?));
    Page {
        next_cursor: cut.next_cursor.or_else(early),
        items: cut.items.into_iter().map(ProductView::of).collect(),
    }
}

/// A category that cannot exist is a mistake in the request; one that does not is an empty list.
fn check(filter: &Filter) -> Answer<()> {
    match &filter.category {
        Some(category) if !is_category(category) => {
            let detail = "is not the name of a category";
            Err(Problem::invalid(vec![FieldError::new("category", detail)]))
        }
        _ => Ok(()),
    }
}

impl Named {
    /// The articles that are named, each once; what is no SKU names none.
    fn skus(&self) -> Answer<Option<Vec<Sku>>> {
        let Some(names) = &self.sku else {
            return Ok(None);
        };
        let mut skus: Vec<_> = names.split(',').filter_map(Sku::parse).collect();
        skus.sort_unstable();
        skus.dedup();
        if skus.len() <= SKUS_MAX {
            return Ok(Some(skus));
        }
        let detail = format!("names {} articles, allowed are {SKUS_MAX}", skus.len());
        Err(Problem::invalid(vec![FieldError::new("sku", detail)]))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::testing::{Shop, details};

    const SOLD: [&str; 7] = [
        "CUP-1", "CUP-2", "HAT-1", "MUG-1", "MUG-2", "MUG-3", "MUG-4",
    ];

    async fn skus(shop: &Shop, path: &str) -> (Vec<String>, Option<String>) {
        let page = shop.get(path).await.json();
        let items = page["items"].as_array().unwrap().iter();
        let skus = items.map(|item| item["sku"].as_str().unwrap().to_owned());
        let next = page["next_cursor"].as_str().map(str::to_owned);
        (skus.collect(), next)
    }

    async fn all_pages(shop: &Shop, query: &str) -> Vec<String> {
        let (mut seen, mut path) = (Vec::new(), format!("/v1/products?{query}"));
        loop {
            let (items, next) = skus(shop, &path).await;
            seen.extend(items);
            let Some(cursor) = next else { return seen };
            path = format!("/v1/products?{query}&cursor={cursor}");
        }
    }

    #[tokio::test]
    async fn pages_of_any_length_show_every_product_once_in_the_order_of_skus() {
        let shop = Shop::with(&SOLD).await;
        for limit in [1, 2, 3, 7, 100] {
            let seen = all_pages(&shop, &format!("limit={limit}")).await;
            assert_eq!(seen, SOLD, "limit {limit}");
        }
    }

    #[tokio::test]
    async fn a_category_shows_its_products_only() {
        let shop = Shop::with(&["MUG-1", "MUG-2"]).await;
        let mut hat = details();
        hat["category"] = json!("hats");
        for sku in ["HAT-1", "MUG-2"] {
            shop.put(sku, &hat).await;
        }
        assert_eq!(all_pages(&shop, "category=mugs&limit=1").await, ["MUG-1"]);
        let hats = all_pages(&shop, "category=hats&limit=1").await;
        assert_eq!(hats, ["HAT-1", "MUG-2"]);
        assert!(all_pages(&shop, "category=cups").await.is_empty());
        let wrong = shop.get("/v1/products?category=").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[tokio::test]
    async fn prices_and_names_narrow_a_list() {
        let shop = Shop::with(&["MUG-1"]).await;
        for (sku, name, price) in [("MUG-2", "Red mug", 900), ("MUG-3", "Blue bowl", 2000)] {
            let mut other = details();
            (other["name"], other["price"]["amount_minor"]) = (json!(name), json!(price));
            shop.put(sku, &other).await;
        }
        let cheap = all_pages(&shop, "price_max_minor=1250&limit=1").await;
        assert_eq!(cheap, ["MUG-1", "MUG-2"]);
        let dear = all_pages(&shop, "price_min_minor=1000&name_prefix=blue").await;
        assert_eq!(dear, ["MUG-1", "MUG-3"]);
        let red = all_pages(&shop, "category=mugs&name_prefix=red").await;
        assert_eq!(red, ["MUG-2"]);
    }

    #[tokio::test]
    async fn named_articles_are_found_at_once_and_unknown_ones_left_out() {
        let shop = Shop::with(&SOLD).await;
        let named = skus(
            &shop,
            "/v1/products?sku=MUG-2,NO-SUCH,oops,CUP-1,MUG-2&limit=50",
        )
        .await;
        assert_eq!(named, (vec!["CUP-1".into(), "MUG-2".into()], None));
        let paged = all_pages(&shop, "sku=MUG-2,CUP-1,HAT-1&limit=2").await;
        assert_eq!(paged, ["CUP-1", "HAT-1", "MUG-2"]);
        assert_eq!(skus(&shop, "/v1/products?sku=").await, (vec![], None));
        let many: Vec<_> = (0..101).map(|n| format!("SKU-{n}")).collect();
        let path = format!("/v1/products?sku={}", many.join(","));
        let refused = shop.get(&path).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[tokio::test]
    async fn a_cursor_that_was_not_given_out_is_refused() {
        let shop = Shop::with(&[]).await;
        for cursor in ["%%%", &Cursor::encode(&"not a SKU")] {
            let refused = shop.get(&format!("/v1/products?cursor={cursor}")).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{cursor}");
        }
    }
}
