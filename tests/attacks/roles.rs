//! Operations of another role, and tokens with fewer scopes than their owner has.

use journeys::{Client, PASSWORD, Shop};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// What only the merchant may do. Nothing that it names exists.
const MERCHANTS: [(&str, &str); 7] = [
    ("PUT", "/v1/products/NO-SUCH"),
    ("DELETE", "/v1/products/NO-SUCH"),
    ("PUT", "/v1/products/NO-SUCH/image"),
    ("POST", "/v1/stock/NO-SUCH/adjustments"),
    ("POST", "/v1/payments/{id}/refunds"),
    ("POST", "/v1/shipments/{id}/dispatch"),
    ("POST", "/v1/shipments/{id}/deliver"),
];

/// What only the operator may do.
const OPERATORS: [(&str, &str); 9] = [
    ("GET", "/v1/dead-letters"),
    ("GET", "/v1/clients"),
    ("PUT", "/v1/clients/evil"),
    ("DELETE", "/v1/clients/erp"),
    ("POST", "/v1/clients/erp/secret"),
    ("GET", "/v1/accounts"),
    ("PUT", "/v1/accounts/{id}/role"),
    ("GET", "/v1/identity/keys"),
    ("POST", "/v1/identity/keys/rotate"),
];

async fn refused(client: &Client, operations: &[(&str, &str)]) {
    for (method, path) in operations {
        let path = path.replace("{id}", &Uuid::new_v4().to_string());
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = client
            .request(method.clone(), &path)
            .header("idempotency-key", "k")
            .json(&json!({ "role": "operator" }));
        let answer = client.send(request, &path).await;
        assert_eq!(answer.status, 403, "{method} {path}: {:#}", answer.body);
    }
}

#[tokio::test]
async fn customers_and_guests_do_not_run_the_shop_or_the_platform() {
    let shop = Shop::shared().await;
    for client in [shop.customer().await, shop.guest().await, shop.erp().await] {
        refused(&client, &MERCHANTS).await;
        refused(&client, &OPERATORS).await;
    }
}

#[tokio::test]
async fn the_merchant_does_not_run_the_platform_and_the_operator_not_the_till() {
    let shop = Shop::shared().await;
    refused(&shop.merchant().await, &OPERATORS).await;
    refused(&shop.operator().await, &MERCHANTS).await;
    for path in ["/v1/orders", "/v1/payments", "/v1/shipments"] {
        let _ = shop.operator().await.get(path).await.expect(403);
    }
}

#[tokio::test]
async fn a_token_for_reading_does_not_write_and_one_for_orders_opens_no_cart() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.public_application().await;
    // What it has agreed to: openid email offline_access orders:read.
    let (client, _) = application.client_of(&email, PASSWORD).await;
    let _ = client.get("/v1/orders").await.expect(200);
    for (method, path) in [
        ("POST", "/v1/orders"),
        ("POST", "/v1/carts"),
        ("GET", "/v1/carts"),
        ("GET", "/v1/payments"),
        ("GET", "/v1/accounts/me"),
        ("DELETE", "/v1/accounts/me"),
        ("PUT", "/v1/accounts/me/password"),
        ("GET", "/v1/sessions"),
    ] {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = client
            .request(method, path)
            .header("idempotency-key", "k")
            .json(&json!({}));
        let answer = client.send(request, path).await.expect(403);
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains("insufficient_scope"),
            "{path}: {challenge}"
        );
    }
}

#[tokio::test]
async fn nobody_raises_the_own_role() {
    let shop = Shop::shared().await;
    let merchant = shop.merchant().await;
    let me = merchant.get("/v1/accounts/me").await.expect(200);
    let path = format!("/v1/accounts/{}/role", me.text("/account_id"));
    let _ = merchant
        .put(&path, json!({ "role": "operator" }))
        .await
        .expect(403);
    let me = merchant.get("/v1/accounts/me").await.expect(200);
    assert!(!me.body.to_string().contains("operator"), "{:#}", me.body);
}

#[tokio::test]
async fn an_operator_makes_no_client_that_looks_like_the_gates_own_or_is_trusted_like_the_shop() {
    let shop = Shop::shared().await;
    let operator = shop.operator().await;
    let client =
        json!({ "name": "X", "kind": "machine", "scopes": ["carts:read"], "limit_per_minute": 10 });
    for name in [
        "guests",
        "customers",
        "merchants",
        "operators",
        "a.b",
        "A",
        "-a",
        "a-",
        "a%2fb",
        &"a".repeat(41),
    ] {
        let answer = operator
            .put(&format!("/v1/clients/{name}"), client.clone())
            .await;
        assert!(
            [400, 404, 409, 422].contains(&answer.status),
            "{name}: {} {:#}",
            answer.status,
            answer.body
        );
    }
    for (field, value) in [
        ("first_party", json!(true)),
        ("scopes", json!(["no:such"])),
        ("kind", json!("god")),
        ("kind", json!("first-party")),
    ] {
        let mut body = client.clone();
        body[field] = value;
        let answer = operator
            .put(
                &format!("/v1/clients/{}", journeys::people::new_client_id()),
                body,
            )
            .await;
        assert!(
            [400, 409, 422].contains(&answer.status),
            "{field}: {:#}",
            answer.body
        );
    }
    let redirects = [
        "http://evil.example/back",
        "https://evil.example/back#x",
        "javascript:alert(1)",
        "//evil.example",
        "https://*.example/",
        "",
    ];
    for uri in redirects {
        let body =
            json!({ "name": "X", "kind": "public", "redirect_uris": [uri], "scopes": ["openid"] });
        let answer = operator
            .put(
                &format!("/v1/clients/{}", journeys::people::new_client_id()),
                body,
            )
            .await;
        assert!(
            [400, 422].contains(&answer.status),
            "{uri}: {:#}",
            answer.body
        );
    }
}

#[tokio::test]
async fn the_secret_of_a_client_is_shown_once() {
    let shop = Shop::shared().await;
    let operator = shop.operator().await;
    let machine = shop.new_machine(&["carts:read"], 60).await;
    let path = format!("/v1/clients/{}", machine.client_id);
    for shown in [
        operator.get(&path).await.expect(200),
        operator.get("/v1/clients").await.expect(200),
    ] {
        assert!(!shown.body.to_string().contains(&machine.client_secret));
        assert_eq!(shown.body.pointer("/client_secret"), None::<&Value>);
    }
    let renewed = operator.post(&format!("{path}/secret"), json!({})).await;
    assert!([200, 201].contains(&renewed.status), "{:#}", renewed.body);
    assert_ne!(renewed.text("/client_secret"), machine.client_secret);
    let _ = shop
        .visitor()
        .client_credentials(&machine, None)
        .await
        .expect(401);
}
