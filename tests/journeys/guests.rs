//! Buying without an account, and getting one afterwards.

use journeys::{PASSWORD, Shop, guest_order_of, order_of};
use serde_json::json;
use uuid::Uuid;

const SKU: &str = "COF-ETH-250";

#[tokio::test]
async fn a_guest_buys_and_becomes_a_customer_who_still_has_the_order_and_the_cart() {
    let shop = Shop::shared().await;
    let guest = shop.guest().await;
    let email = journeys::shopping::new_email();
    let key = Uuid::new_v4().to_string();
    let placed = guest
        .post_once("/v1/orders", &key, guest_order_of(SKU, 1, &email))
        .await;
    let order_id = placed.expect(202).text("/order_id").to_owned();
    let _ = guest.until(&order_id, "confirmed").await;
    let cart_id = guest.cart_with(SKU, 2).await;

    let account = json!({ "email": email, "password": PASSWORD, "name": "A Guest" });
    let _ = guest.post("/v1/accounts", account).await.expect(201);
    let customer = shop.visitor().logged_in(&email, PASSWORD).await;
    let _ = customer
        .get(&format!("/v1/orders/{order_id}"))
        .await
        .expect(200);
    let _ = customer
        .get(&format!("/v1/carts/{cart_id}"))
        .await
        .expect(200);
    let list = customer.get("/v1/orders").await.expect(200);
    assert_eq!(list.items().len(), 1, "{:#}", list.body);
}

#[tokio::test]
async fn a_guests_order_says_where_mails_go() {
    let shop = Shop::shared().await;
    let guest = shop.guest().await;
    let key = Uuid::new_v4().to_string();
    let without = guest
        .post_once("/v1/orders", &key, order_of(SKU, 1, "pm_card_visa"))
        .await;
    let _ = without.expect(422);
    let email = journeys::shopping::new_email();
    let key = Uuid::new_v4().to_string();
    let placed = guest
        .post_once("/v1/orders", &key, guest_order_of(SKU, 1, &email))
        .await;
    let _ = guest
        .until(placed.expect(202).text("/order_id"), "confirmed")
        .await;
    if shop.mails.is_none() {
        return;
    }
    journeys::eventually("a mail to the guest", async || {
        let mails = shop.mails_to(&email).await.unwrap_or_default();
        if mails.is_empty() {
            Err("none")
        } else {
            Ok(())
        }
    })
    .await;
}
