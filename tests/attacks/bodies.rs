//! Bodies that are too large, too deep, or not what they say.

use journeys::raw::{head, raw};
use journeys::{Client, Shop, order_of};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const KIB: usize = 1024;

/// Places an order with any body.
async fn order(client: &Client, media_type: &str, body: Vec<u8>) -> journeys::Answer {
    let request = client
        .request(Method::POST, "/v1/orders")
        .header("idempotency-key", Uuid::new_v4().to_string())
        .header("content-type", media_type)
        .body(body);
    client.send(request, "POST /v1/orders").await
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_reaches_a_function() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await.undocumented();
    let mut body = order_of("COF-ETH-250", 1, "pm_card_visa");
    body["padding"] = json!("x".repeat(80 * KIB));
    let answer = order(&customer, "application/json", body.to_string().into_bytes()).await;
    let _ = answer.expect(413);
    for path in ["/oauth2/token", "/account/login", "/v1/sessions"] {
        let request = customer
            .request(Method::POST, path)
            .body("x".repeat(80 * KIB));
        let _ = customer.send(request, path).await.expect(413);
    }
}

#[tokio::test]
async fn a_body_without_a_length_does_not_slip_past_the_bound() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let token = format!("Bearer {}", customer.token());
    let headers = [
        ("Authorization", token.as_str()),
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "chunked"),
        ("Transfer-Encoding", "chunked"),
    ];
    let chunk = format!("{:x}\r\n{}\r\n", 16 * KIB, " ".repeat(16 * KIB));
    let request = format!(
        "{}{}0\r\n\r\n",
        head(&shop.gateway, "POST /v1/orders", &headers),
        chunk.repeat(80)
    );
    let answer = raw(&shop.gateway, request).await;
    assert!(
        [413, 411, 400, 0].contains(&answer.status),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_deeply_nested_body_is_refused_and_nobody_falls_over() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let visitor = shop.visitor();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let depth = 50 * KIB / (open.len() + close.len());
        let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        for body in [nested.clone(), format!("{{\"lines\":{nested}}}")] {
            let answer = order(&customer, "application/json", body.into_bytes()).await;
            let _ = answer.expect_one_of(&[400, 422]);
        }
        for path in ["/v1/sessions", "/v1/accounts", "/v1/password-resets"] {
            let request = visitor.request(Method::POST, path);
            let request = request
                .header("content-type", "application/json")
                .body(nested.clone());
            let _ = visitor.send(request, path).await.expect_one_of(&[400, 422]);
        }
    }
    let _ = customer.get("/v1/orders").await.expect(200);
}

#[tokio::test]
async fn a_body_that_is_not_what_its_header_says_is_refused() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let json = order_of("COF-ETH-250", 1, "pm_card_visa")
        .to_string()
        .into_bytes();
    for media_type in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let answer = order(&customer, media_type, json.clone()).await;
        let _ = answer.expect_one_of(&[400, 415]);
    }
    let broken: [&[u8]; 8] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe{}",
        b"{\"lines\":\"\xc3\x28\"}",
        b"\x1f\x8b\x08\x00",
        b"{\"lines\":[{}],\"lines\":[]}",
    ];
    for body in broken {
        let answer = order(&customer, "application/json", body.to_vec()).await;
        let _ = answer.expect_one_of(&[400, 422]);
    }
    let list = customer.get("/v1/orders").await.expect(200);
    assert_eq!(list.items(), [] as [Value; 0]);
}

#[tokio::test]
async fn a_value_that_is_given_twice_is_refused() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let visitor = shop.visitor();
    let twice = format!(
        r#"{{"email":"{email}","password":"wrong wrong wrong","password":"{}"}}"#,
        journeys::PASSWORD
    );
    let request = visitor
        .request(Method::POST, "/v1/sessions")
        .header("content-type", "application/json")
        .body(twice);
    let _ = visitor
        .send(request, "POST /v1/sessions")
        .await
        .expect_one_of(&[400, 422]);
    let form = [
        ("grant_type", "client_credentials"),
        ("grant_type", "refresh_token"),
        ("client_id", "erp"),
        ("client_id", "carrier"),
    ];
    let answer = visitor.undocumented().form("/oauth2/token", &form).await;
    let _ = answer.expect_one_of(&[400, 401]);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let shop = Shop::shared().await;
    let long = "x".repeat(64 * KIB);
    for headers in [
        vec![("X-Long", long.as_str())],
        vec![("Cookie", long.as_str())],
        vec![("X-Many", "y"); 2_000],
    ] {
        let answer = raw(
            &shop.gateway,
            head(&shop.gateway, "GET /v1/products", &headers),
        )
        .await;
        assert!(
            [400, 414, 431, 494, 0].contains(&answer.status),
            "{}",
            answer.text
        );
    }
    let line = format!("GET /v1/products?q={long}");
    let answer = raw(&shop.gateway, head(&shop.gateway, &line, &[])).await;
    assert!(
        [400, 414, 431, 0].contains(&answer.status),
        "{}",
        answer.text
    );
    let _ = shop.visitor().get("/v1/products?limit=1").await.expect(200);
}

#[tokio::test]
async fn text_that_no_store_can_hold_is_refused_and_breaks_nothing() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor();
    for name in [
        "a\u{0}b",
        "\u{202e}evil",
        "\u{ffff}",
        "x\r\nSet-Cookie: a=b",
        &"𝒳".repeat(5_000),
        "'; DROP TABLE accounts; --",
    ] {
        let email = journeys::shopping::new_email();
        let account = json!({ "email": email, "password": journeys::PASSWORD, "name": name });
        let answer = visitor
            .post("/v1/accounts", account)
            .await
            .expect_one_of(&[201, 400, 422]);
        assert_eq!(answer.header("set-cookie"), "");
    }
    let _ = visitor.new_customer().await;
}
