//! `GET /v1/categories`: the categories that have products, and how many. Anybody may ask.

use axum::extract::State;
use serde::Serialize;
use souk_kit::{Answer, http::Json};

use crate::{app::App, store::categories};

#[derive(Serialize)]
pub(crate) struct CategoryList {
    items: Vec<Category>,
}

#[derive(Serialize)]
struct Category {
    category: String,
    products: i64,
}

pub(crate) async fn list_categories(State(app): State<App>) -> Answer<Json<CategoryList>> {
    let counts = categories::list(&app.outbox).await?;
    let category = |(category, products)| Category { category, products };
    Ok(Json(CategoryList {
        items: counts.into_iter().map(category).collect(),
    }))
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
