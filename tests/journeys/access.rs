//! Who is let in, and to what.

use chrono::Utc;
use journeys::client::order_of;
use journeys::{Client, Shop};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
use serde_json::{Value, json};
use uuid::Uuid;

/// A token with claims of our choice, signed with `private_pem`.
fn token(kid: &str, private_pem: &str, claims: &Value) -> String {
    let header = Header {
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::ES256)
    };
    let key = EncodingKey::from_ec_pem(private_pem.as_bytes()).expect("a private key in PEM");
    encode(&header, claims, &key).expect("claims can be signed")
}

fn claims(expires_in_seconds: i64) -> Value {
    let now = Utc::now().timestamp();
    json!({
        "iss": "https://souk.example", "aud": "souk", "sub": Uuid::new_v4(), "roles": ["merchant"],
        "email": "x@souk.example", "iat": now - 7200, "nbf": now - 7200, "exp": now + expires_in_seconds,
    })
}

fn stranger_key() -> String {
    let key = p256::SecretKey::from_slice(&[7; 32]).expect("a number below the curve's order");
    key.to_pkcs8_pem(LineEnding::LF)
        .expect("a key has a PEM")
        .to_string()
}

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
async fn an_expired_token_is_refused_at_the_gate() {
    let shop = Shop::shared().await;
    let Some(key) = shop.secret("identity-signing-key") else {
        return;
    };
    let text = |name: &str| {
        key[name]
            .as_str()
            .expect("the signing key is complete")
            .to_owned()
    };
    let (kid, pem) = (text("kid"), text("private.pem"));
    refused(&shop.visitor().with_token(&token(&kid, &pem, &claims(-60)))).await;
    let fresh = shop.visitor().with_token(&token(&kid, &pem, &claims(60)));
    let _ = fresh.get("/v1/orders").await.expect(200);
}

#[tokio::test]
async fn a_token_of_a_wrong_key_is_refused_at_the_gate() {
    let shop = Shop::shared().await;
    let jwks = shop
        .visitor()
        .get("/v1/identity/jwks.json")
        .await
        .expect(200);
    let forged = token(jwks.text("/keys/0/kid"), &stranger_key(), &claims(60));
    refused(&shop.visitor().with_token(&forged)).await;
    refused(
        &shop
            .visitor()
            .with_token(&token("unknown", &stranger_key(), &claims(60))),
    )
    .await;
}

#[tokio::test]
async fn log_in_says_the_same_of_a_wrong_password_and_of_nobody() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let log_in = async |email: &str| {
        let body = json!({ "email": email, "password": "not the password" });
        shop.visitor().post("/v1/sessions", body).await.expect(401)
    };
    let (wrong, nobody) = (log_in(&email).await, log_in("nobody@souk.example").await);
    assert_eq!(wrong.body["detail"], nobody.body["detail"]);
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
    assert_eq!(me.body["roles"], json!(["customer"]));
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
