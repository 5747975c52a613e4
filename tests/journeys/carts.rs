//! Baskets, and orders made from them.

use journeys::{Shop, eventually};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn an_order_from_a_cart_has_its_lines_and_empties_it() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let cart = customer.post("/v1/carts", json!({})).await.expect(201);
    let path = cart.header("location").to_owned();
    for (sku, quantity) in [("COF-ETH-250", 2), ("COF-COL-250", 1)] {
        let _ = customer
            .put(
                &format!("{path}/lines/{sku}"),
                json!({ "quantity": quantity }),
            )
            .await
            .expect(200);
    }
    let order = json!({
        "cart_id": cart.text("/cart_id"), "payment_method": "pm_card_visa",
        "shipping_address": { "name": "T", "line1": "1 Main Street", "postal_code": "10115", "city": "Berlin", "country": "DE" },
    });
    let placed = customer
        .post_once("/v1/orders", &Uuid::new_v4().to_string(), order)
        .await
        .expect(202);
    assert_eq!(placed.body["total"]["amount_minor"], 2 * 1290 + 1090);
    let _ = customer.until(placed.text("/order_id"), "confirmed").await;
    eventually("the cart to be empty", async || {
        let cart = customer.get(&path).await;
        let lines = cart.body["lines"].as_array().map_or(0, Vec::len);
        if lines == 0 { Ok(()) } else { Err(cart.body) }
    })
    .await;
}

#[tokio::test]
async fn a_cart_is_its_owners_alone_and_takes_sensible_quantities() {
    let shop = Shop::shared().await;
    let (customer, stranger) = (shop.customer().await, shop.customer().await);
    let cart = customer.post("/v1/carts", json!({})).await.expect(201);
    let path = cart.header("location").to_owned();
    let _ = stranger.get(&path).await.expect(404);
    let _ = stranger
        .put(
            &format!("{path}/lines/COF-ETH-250"),
            json!({ "quantity": 1 }),
        )
        .await
        .expect(404);
    for quantity in [json!(0), json!(-1), json!(100_000), json!("two")] {
        let answer = customer
            .put(
                &format!("{path}/lines/COF-ETH-250"),
                json!({ "quantity": quantity }),
            )
            .await;
        assert_eq!(answer.status, 422, "{quantity}: {:#}", answer.body);
    }
    let _ = customer.delete(&path).await.expect(204);
    let _ = customer.get(&path).await.expect(404);
}
