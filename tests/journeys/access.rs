//! Who is let in, and to what.

use journeys::tokens::{Forgery, strangers_key};
use journeys::{Client, Shop, order_of};
use serde_json::json;

async fn refused(client: &Client) {
    let answer = client.get("/v1/orders").await.expect(401);
    assert!(!answer.body.to_string().contains("order_id"));
    assert_ne!(
        answer.header("www-authenticate"),
        "",
        "{:?}",
        answer.headers
    );
}

#[tokio::test]
async fn a_strangers_token_cannot_read_or_cancel_the_order() {
    let shop = Shop::shared().await;
    let (customer, stranger) = (shop.customer().await, shop.customer().await);
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let path = format!("/v1/orders/{order_id}");
    let _ = customer.get(&path).await.expect(200);
    let _ = stranger.get(&path).await.expect(404);
    let _ = stranger
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .expect(404);
    let list = stranger.get("/v1/orders").await.expect(200);
    assert_eq!(list.body["items"], json!([]));
}

#[tokio::test]
async fn no_token_and_a_token_that_is_none_are_refused_at_the_gate() {
    let shop = Shop::shared().await;
    refused(&shop.visitor()).await;
    refused(&shop.visitor().with_token("abc.def.ghi")).await;
    let placed = shop
        .visitor()
        .post_once(
            "/v1/orders",
            "k",
            order_of("COF-ETH-250", 1, "pm_card_visa"),
        )
        .await;
    assert_eq!(placed.status, 401);
}

#[tokio::test]
async fn a_token_of_a_wrong_key_is_refused_at_the_gate() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let forged = Forgery::of(customer.token()).signed(&strangers_key());
    refused(&shop.visitor().with_token(&forged)).await;
}

#[tokio::test]
async fn the_shops_own_client_refreshes_its_token() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let tokens = customer.refreshed().await.expect(200);
    let customer = customer.with_tokens_of(&tokens);
    let _ = customer.get("/v1/orders").await.expect(200);
    let tokens = customer.refreshed().await.expect(200);
    assert_ne!(tokens.text("/access_token"), customer.token());
}

#[tokio::test]
async fn an_account_is_registered_once_and_never_as_a_merchant() {
    let shop = Shop::shared().await;
    let (customer, email) = shop.visitor().new_customer().await;
    let again =
        json!({ "email": email.to_uppercase(), "password": "another password", "name": "X" });
    let _ = shop.visitor().post("/v1/accounts", again).await.expect(409);
    let merchant = json!({ "email": "m@souk.example", "password": "another password", "name": "X", "roles": ["merchant"] });
    let _ = shop
        .visitor()
        .post("/v1/accounts", merchant)
        .await
        .expect(422);
    let me = customer.get("/v1/accounts/me").await.expect(200);
    assert!(me.body.to_string().contains("customer"), "{:#}", me.body);
}

#[tokio::test]
async fn what_is_inside_cannot_be_reached_from_outside() {
    let shop = Shop::shared().await;
    for path in [
        "/events",
        "/readyz",
        "/healthz",
        "/metrics",
        "/v1/nothing",
        "/souk/default",
    ] {
        let answer = shop.visitor().get(path).await.expect(404);
        assert_eq!(
            answer.text("/message"),
            "no Route matched with those values",
            "{path}"
        );
    }
    let host = shop
        .visitor()
        .request(reqwest::Method::GET, "/v1/orders")
        .header("host", "orders.souk.svc.cluster.local");
    assert_eq!(shop.visitor().send(host, "another host").await.status, 401);
}

#[tokio::test]
async fn a_browser_of_another_origin_may_call() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor();
    let preflight = visitor
        .request(reqwest::Method::OPTIONS, "/v1/orders")
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST");
    let answer = visitor.send(preflight, "preflight").await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(
        answer
            .header("access-control-allow-methods")
            .contains("POST")
    );
    let answer = visitor.get("/v1/products?limit=1").await.expect(200);
    assert_ne!(answer.header("x-correlation-id"), "");
}
