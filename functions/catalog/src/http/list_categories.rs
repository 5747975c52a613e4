//! `GET /v1/categories`: the categories that have products, and how many. Anybody may ask.

use axum::{body::Bytes, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    Access, Answer, Problem,
    api::{Doc, Written},
};

use crate::{app::App, recent::Key, store::categories};

/// All categories.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CategoryList {
    /// Each of them.
    items: Vec<Category>,
}

/// A category.
#[derive(Serialize, JsonSchema)]
struct Category {
    /// Its name.
    category: String,
    /// How many products are in it.
    #[schemars(range(min = 1))]
    products: i64,
}

pub(crate) const LIST_CATEGORIES: Doc = Doc::new("List the categories", Access::public())
    .says(&[(200, "The categories that have products, and how many.")]);

pub(crate) async fn list_categories(State(app): State<App>) -> Answer<Written<CategoryList>> {
    let now = app.outbox.clock().now();
    let begun = match app.recent.find(&Key::Categories, now) {
        Ok(made) => return Ok(Written::once(made)),
        Err(begun) => begun,
    };
    let counts = categories::list(&app.outbox).await?;
    let category = |(category, products)| Category { category, products };
    let items = counts.into_iter().map(category).collect();
    let made = serde_json::to_vec(&CategoryList { items }).map_err(Problem::internal)?;
    let made = Bytes::from(made);
    app.recent.keep(begun, Key::Categories, &made, now);
    Ok(Written::once(made))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Shop, details};

    #[tokio::test]
    async fn a_category_counts_its_products_through_every_change() {
        let shop = Shop::with(&["MUG-1", "MUG-2", "MUG-3"]).await;
        let mut hat = details();
        hat["category"] = json!("hats");
        shop.put("MUG-2", &hat).await;
        hat["name"] = json!("Hat");
        shop.put("MUG-2", &hat).await;
        shop.delete("MUG-3").await;
        let expected = json!([
            { "category": "hats", "products": 1 },
            { "category": "mugs", "products": 1 },
        ]);
        assert_eq!(shop.get("/v1/categories").await.json()["items"], expected);
    }
}
