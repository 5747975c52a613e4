//! Other people's things: each is as if it were not there.

use journeys::{Client, Shop, guest_order_of, order_of};
use serde_json::{Value, json};
use uuid::Uuid;

const SKU: &str = "COF-ETH-250";

/// Everybody who might want to look: another customer, another guest.
async fn strangers(shop: &Shop) -> [Client; 2] {
    [shop.customer().await, shop.guest().await]
}

/// A victim's order that is confirmed.
async fn order(victim: &Client) -> String {
    let order_id = victim.order(SKU, 1, "pm_card_visa").await;
    let _ = victim.until(&order_id, "confirmed").await;
    order_id
}

async fn not_found(client: &Client, path: &str) {
    let answer = client.get(path).await;
    assert!(
        [403, 404].contains(&answer.status),
        "{path}: {:#}",
        answer.body
    );
}

#[tokio::test]
async fn another_ones_cart_is_neither_read_nor_filled_nor_ordered() {
    let shop = Shop::shared().await;
    let victim = shop.customer().await;
    let cart_id = victim.cart_with(SKU, 1).await;
    let path = format!("/v1/carts/{cart_id}");
    for stranger in strangers(shop).await {
        let _ = stranger.get(&path).await.expect(404);
        let line = format!("{path}/lines/{SKU}");
        let _ = stranger
            .put(&line, json!({ "quantity": 9 }))
            .await
            .expect(404);
        let _ = stranger.delete(&line).await.expect(404);
        let _ = stranger.delete(&path).await.expect(404);
        let order = json!({
            "cart_id": cart_id, "payment_method": "pm_card_visa", "email": "thief@souk.example",
            "shipping_address": journeys::shopping::address(),
        });
        let key = Uuid::new_v4().to_string();
        let placed = stranger.post_once("/v1/orders", &key, order).await;
        assert!([404, 422].contains(&placed.status), "{:#}", placed.body);
        let carts = stranger.get("/v1/carts").await.expect(200);
        assert!(!carts.body.to_string().contains(&cart_id));
    }
    let cart = victim.get(&path).await.expect(200);
    assert_eq!(cart.body["lines"][0]["quantity"], 1, "{:#}", cart.body);
}

#[tokio::test]
async fn another_ones_order_and_its_address_are_not_shown_or_cancelled() {
    let shop = Shop::shared().await;
    let victim = shop.customer().await;
    let order_id = order(&victim).await;
    for stranger in strangers(shop).await {
        for version in ["v1", "v2"] {
            let path = format!("/{version}/orders/{order_id}");
            let _ = stranger.get(&path).await.expect(404);
            let _ = stranger
                .post(&format!("{path}/cancel"), json!({}))
                .await
                .expect(404);
            let list = stranger
                .get(&format!("/{version}/orders?limit=50"))
                .await
                .expect(200);
            assert_eq!(list.items(), [] as [Value; 0]);
        }
    }
    let order = victim
        .get(&format!("/v1/orders/{order_id}"))
        .await
        .expect(200);
    assert_eq!(order.text("/status"), "confirmed");
}

#[tokio::test]
async fn a_guests_order_is_shown_to_no_other_guest() {
    let shop = Shop::shared().await;
    let (guest, other) = (shop.guest().await, shop.guest().await);
    let body = guest_order_of(SKU, 1, "guest@souk.example");
    let key = Uuid::new_v4().to_string();
    let placed = guest.post_once("/v1/orders", &key, body).await.expect(202);
    let path = format!("/v1/orders/{}", placed.text("/order_id"));
    let _ = guest.get(&path).await.expect(200);
    let _ = other.get(&path).await.expect(404);
    let list = other.get("/v1/orders").await.expect(200);
    assert_eq!(list.items(), [] as [Value; 0]);
}

#[tokio::test]
async fn another_ones_payment_is_not_shown() {
    let shop = Shop::shared().await;
    let victim = shop.customer().await;
    let order_id = order(&victim).await;
    let path = format!("/v1/payments/{order_id}");
    let _ = victim.get(&path).await.expect(200);
    for stranger in strangers(shop).await {
        not_found(&stranger, &path).await;
        let list = stranger.get("/v1/payments").await;
        assert!(
            !list.body.to_string().contains(&order_id),
            "{:#}",
            list.body
        );
    }
}

#[tokio::test]
async fn another_ones_shipment_is_not_shown() {
    let shop = Shop::shared().await;
    let victim = shop.customer().await;
    let order_id = order(&victim).await;
    let shipment = shop.merchant().await.shipment_of(&order_id).await;
    let path = format!("/v1/shipments/{shipment}");
    let _ = victim.get(&path).await.expect(200);
    for stranger in strangers(shop).await {
        not_found(&stranger, &path).await;
        let list = stranger
            .get(&format!("/v1/shipments?order_id={order_id}"))
            .await;
        assert!(
            !list.body.to_string().contains(&shipment),
            "{:#}",
            list.body
        );
    }
}

#[tokio::test]
async fn another_ones_live_updates_are_not_heard() {
    let shop = Shop::shared().await;
    let victim = shop.customer().await;
    let order_id = order(&victim).await;
    let path = format!("/v1/orders/{order_id}/updates");
    for stranger in strangers(shop).await {
        let _ = stranger.get(&path).await.expect(404);
        let in_query = format!("{path}?access_token={}", stranger.token());
        let answer = shop.visitor().undocumented().get(&in_query).await;
        assert_eq!(answer.status, 404, "{:#}", answer.body);
    }
    let _ = shop.visitor().get(&path).await.expect(401);
}

#[tokio::test]
async fn another_ones_notifications_are_not_shown() {
    let shop = Shop::shared().await;
    let victim = shop.customer().await;
    let order_id = order(&victim).await;
    for stranger in strangers(shop).await {
        for query in [
            "",
            "?limit=50",
            "?account_id=00000000-0000-0000-0000-000000000000",
        ] {
            let list = stranger
                .undocumented()
                .get(&format!("/v1/notifications{query}"))
                .await;
            assert!(
                !list.body.to_string().contains(&order_id),
                "{:#}",
                list.body
            );
        }
    }
}

#[tokio::test]
async fn another_ones_account_is_not_shown_exported_or_raised() {
    let shop = Shop::shared().await;
    let (victim, email) = shop.visitor().new_customer().await;
    let account = victim.get("/v1/accounts/me").await.expect(200);
    let id = account.text("/account_id").to_owned();
    let [stranger, guest] = strangers(shop).await;
    for client in [&stranger, &guest, &shop.merchant().await] {
        let answer = client
            .undocumented()
            .get(&format!("/v1/accounts/{id}"))
            .await;
        assert!(
            [403, 404, 405].contains(&answer.status),
            "{:#}",
            answer.body
        );
        let role = json!({ "role": "merchant" });
        let _ = client
            .put(&format!("/v1/accounts/{id}/role"), role)
            .await
            .expect(403);
        let _ = client.get("/v1/accounts").await.expect(403);
    }
    let _ = order(&victim).await;
    let export = stranger.get("/v1/accounts/me/export").await.expect(200);
    assert!(!export.body.to_string().contains(&email));
    let own = victim.get("/v1/accounts/me/export").await.expect(200);
    assert!(own.body.to_string().contains(&email));
}

#[tokio::test]
async fn another_ones_idempotency_key_gives_nobody_their_answer() {
    let shop = Shop::shared().await;
    let (victim, stranger) = (shop.customer().await, shop.customer().await);
    let (key, body) = (Uuid::new_v4().to_string(), order_of(SKU, 1, "pm_card_visa"));
    let first = victim
        .post_once("/v1/orders", &key, body.clone())
        .await
        .expect(202);
    let second = stranger
        .post_once("/v1/orders", &key, body)
        .await
        .expect(202);
    assert_ne!(first.text("/order_id"), second.text("/order_id"));
}

#[tokio::test]
async fn another_ones_cursor_opens_no_other_list() {
    let shop = Shop::shared().await;
    let (victim, stranger) = (shop.customer().await, shop.customer().await);
    for _ in 0..2 {
        let _ = victim.order(SKU, 1, "pm_card_visa").await;
    }
    let own = stranger.order(SKU, 1, "pm_card_visa").await;
    let page = victim.get("/v1/orders?limit=1").await.expect(200);
    let cursor = page.text("/next_cursor").to_owned();
    let stolen = stranger
        .get(&format!("/v1/orders?limit=50&cursor={cursor}"))
        .await;
    let stolen = stolen.expect_one_of(&[200, 400, 422]);
    let is_own = |item: &Value| item["order_id"] == json!(own);
    assert!(stolen.items().iter().all(is_own), "{:#}", stolen.body);
    for broken in ["x", "AAAA", "../..", "%00"] {
        let path = format!("/v1/orders?cursor={broken}");
        let _ = victim.get(&path).await.expect_one_of(&[400, 422]);
    }
}

#[tokio::test]
async fn an_upgraded_guest_keeps_the_own_things_and_takes_no_other_guests() {
    let shop = Shop::shared().await;
    let (guest, other) = (shop.guest().await, shop.guest().await);
    let mine = guest.cart_with(SKU, 1).await;
    let theirs = other.cart_with(SKU, 1).await;
    let email = journeys::shopping::new_email();
    let account = json!({ "email": email, "password": journeys::PASSWORD, "name": "G" });
    let _ = guest
        .post("/v1/accounts", account.clone())
        .await
        .expect(201);
    let customer = shop.visitor().logged_in(&email, journeys::PASSWORD).await;
    let _ = customer.get(&format!("/v1/carts/{mine}")).await.expect(200);
    let _ = customer
        .get(&format!("/v1/carts/{theirs}"))
        .await
        .expect(404);
    // The same guest cannot become a second account.
    let again = json!({ "email": journeys::shopping::new_email(), "password": journeys::PASSWORD, "name": "H" });
    let answer = guest.post("/v1/accounts", again).await;
    assert!(
        [401, 403, 409].contains(&answer.status),
        "{:#}",
        answer.body
    );
}
