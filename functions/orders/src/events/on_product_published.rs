//! A product has a price: noted, for when catalog cannot be asked. It is heard in both versions of the event; whichever comes
//! second changes nothing, for prices are kept by the product's version.

use souk_contracts::ProductPublishedV2;
use souk_kit::{Delivery, Refusal};

use crate::{app::App, store::price_list};

pub(crate) async fn on_product_published(
    app: App,
    delivery: Delivery<ProductPublishedV2>,
) -> Result<(), Refusal> {
    Ok(price_list::publish(app.outbox.pool(), &delivery.data).await?)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use souk_contracts::{ProductPublished, ProductPublishedV2};

    use crate::testing::{Desk, order_of};

    /// The same fact as catalog says it in version 1.
    fn in_v1(product: &ProductPublishedV2) -> ProductPublished {
        ProductPublished {
            sku: product.sku.clone(),
            name: product.name.clone(),
            category: product.category.clone(),
            price: product.price,
            version: product.version,
            published_at: product.changed_at,
        }
    }

    /// What an order says of the article while catalog is away.
    async fn told(desk: &Desk, key: &str) -> (String, i64) {
        let placed = desk.place(key, &order_of("MUG-BLUE", 1)).await;
        assert_eq!(placed.status, StatusCode::ACCEPTED, "{placed:?}");
        let line = &placed.body["lines"][0];
        let price = line["unit_price"]["amount_minor"].as_i64().unwrap();
        (line["name"].as_str().unwrap().to_owned(), price)
    }

    #[tokio::test]
    async fn a_product_that_was_published_in_version_1_only_is_not_lost() {
        let desk = Desk::open().await;
        desk.neighbours.fall_silent(true);
        let published = in_v1(&desk.published("MUG-BLUE", 1300, 1));
        assert_eq!(desk.hear(&published).await, StatusCode::ACCEPTED);
        assert_eq!(told(&desk, "k1").await.1, 1300);
    }

    #[tokio::test]
    async fn whichever_version_of_the_same_fact_comes_second_changes_nothing() {
        let desk = Desk::open().await;
        desk.neighbours.fall_silent(true);
        let newer = desk.published("MUG-BLUE", 1300, 1);
        let mut older = in_v1(&newer);
        older.name = "from version 1".into();
        desk.hear(&newer).await;
        assert_eq!(desk.hear(&older).await, StatusCode::ACCEPTED);
        assert_eq!(told(&desk, "k1").await.0, newer.name);

        let mut newer = desk.published("MUG-BLUE", 1400, 2);
        newer.name = "from version 2".into();
        let older = in_v1(&desk.published("MUG-BLUE", 1400, 2));
        desk.hear(&older).await;
        assert_eq!(desk.hear(&newer).await, StatusCode::ACCEPTED);
        assert_eq!(told(&desk, "k2").await.0, older.name);
    }
}
