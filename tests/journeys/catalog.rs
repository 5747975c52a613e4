//! Looking at goods, and the merchant who keeps them.

use std::collections::HashSet;

use journeys::{Shop, eventually};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn a_new_shop_has_forty_products_in_six_categories_with_stock() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor();
    let categories = visitor.get("/v1/categories").await.expect(200);
    assert!(categories.items().len() >= 6, "{:#}", categories.body);

    let (mut seen, mut path) = (HashSet::new(), "/v1/products?limit=15".to_owned());
    loop {
        let page = visitor.get(&path).await.expect(200);
        for product in page.items() {
            let sku = product["sku"]
                .as_str()
                .expect("a product has a SKU")
                .to_owned();
            assert!(seen.insert(sku), "a product is listed twice");
        }
        match page.body["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/products?limit=15&cursor={cursor}"),
            None => break,
        }
    }
    assert!(seen.len() >= 40, "{} products", seen.len());
    assert!(visitor.available("COF-DEC-250").await > 0);
}

#[tokio::test]
async fn products_are_found_by_category_and_shown_with_a_picture() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor();
    let coffee = visitor
        .get("/v1/products?category=coffee&limit=50")
        .await
        .expect(200);
    assert!(!coffee.items().is_empty());
    assert!(
        coffee
            .items()
            .iter()
            .all(|product| product["category"] == "coffee")
    );
    let picture = visitor
        .get("/v1/products/COF-ETH-250/image")
        .await
        .expect(200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert!(
        picture
            .body
            .as_str()
            .is_some_and(|svg| svg.contains("<svg"))
    );
    let _ = visitor.get("/v1/products/NO-SUCH").await.expect(404);
    let _ = visitor.get("/v1/products?limit=0").await.expect(422);
}

#[tokio::test]
async fn a_merchant_changes_a_price_and_orders_are_taken_at_it() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let sku = shop.new_article(10).await;
    let path = format!("/v1/products/{sku}");
    let mut product = json!({
        "name": "A dearer mug", "description": "The same mug.", "category": "test",
        "price": { "amount_minor": 4321, "currency": "EUR" },
    });
    let _ = customer.put(&path, product.clone()).await.expect(403);
    let _ = merchant.put(&path, product.clone()).await.expect(200);
    let order_id = customer.order(&sku, 1, "pm_card_visa").await;
    let order = customer
        .get(&format!("/v1/orders/{order_id}"))
        .await
        .expect(200);
    assert_eq!(order.body["total"]["amount_minor"], 4321);

    product["price"]["amount_minor"] = json!(-1);
    let _ = merchant.put(&path, product).await.expect(422);
}

#[tokio::test]
async fn a_withdrawn_product_cannot_be_ordered() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let sku = shop.new_article(1).await;
    let withdrawn = merchant.delete(&format!("/v1/products/{sku}")).await;
    assert_eq!(withdrawn.status, 204, "{:#}", withdrawn.body);
    let order = journeys::order_of(&sku, 1, "pm_card_visa");
    eventually("the order to be refused", async || {
        let answer = customer
            .post_once("/v1/orders", &Uuid::new_v4().to_string(), order.clone())
            .await;
        if answer.status == 422 {
            Ok(())
        } else {
            Err(answer.body)
        }
    })
    .await;
}
