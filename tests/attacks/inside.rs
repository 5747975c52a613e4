//! What lies behind the gate.

use journeys::Shop;
use reqwest::Method;

const NO_ROUTE: &str = "no Route matched with those values";

#[tokio::test]
async fn events_probes_metrics_and_the_gates_own_state_cannot_be_reached() {
    let shop = Shop::shared().await;
    for client in [shop.visitor(), shop.operator().await, shop.erp().await] {
        let client = client.undocumented();
        for path in [
            "/events",
            "/metrics",
            "/readyz",
            "/livez",
            "/healthz",
            "/health",
            "/config",
            "/status",
            "/v1/identity/gate",
            "/souk/default",
            "/v1/nothing",
            "/debug/pprof",
            "/.env",
            "/.git/config",
            "/v1/identity",
            "/v1",
        ] {
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                let request = client.request(method.clone(), path);
                let answer = client.send(request, path).await;
                assert_eq!(answer.status, 404, "{method} {path}: {:#}", answer.body);
                assert_eq!(answer.text("/message"), NO_ROUTE, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_tells_nothing_about_the_inside() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await.undocumented();
    for path in [
        "/v1/orders/not-an-id",
        "/v1/orders?cursor=%27",
        "/v1/products/%27%3b--",
        "/v1/stock/%00",
        "/v1/carts/1/lines/x",
        "/v1/shipments/x",
        "/v1/payments/%27",
        "/oauth2/authorize?client_id=%27",
        "/v1/sessions/x",
    ] {
        let answer = customer.get(path).await;
        assert!(
            answer.status < 500,
            "{path}: {} {:#}",
            answer.status,
            answer.body
        );
        let said = format!("{:?} {}", answer.headers, answer.body);
        for word in [
            "svc.cluster.local",
            "postgres",
            "sqlx",
            "SELECT",
            "panicked",
            ".rs:",
        ] {
            assert!(!said.contains(word), "{path} tells of `{word}`: {said}");
        }
    }
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_read_with_a_persons_cookies() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor().undocumented();
    for path in [
        "/v1/orders",
        "/oauth2/userinfo",
        "/oauth2/token",
        "/.well-known/openid-configuration",
    ] {
        let request = visitor
            .request(Method::GET, path)
            .header("origin", "https://evil.example");
        let answer = visitor.send(request, path).await;
        assert_ne!(
            answer.header("access-control-allow-credentials"),
            "true",
            "{path}"
        );
    }
    for path in ["/account/login", "/account/sessions", "/oauth2/authorize"] {
        let request = visitor
            .request(Method::GET, path)
            .header("origin", "https://evil.example");
        let answer = visitor.send(request, path).await;
        assert_ne!(
            answer.header("access-control-allow-credentials"),
            "true",
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_published_keys_hold_no_private_half() {
    let shop = Shop::shared().await;
    let jwks = shop
        .visitor()
        .get("/v1/identity/jwks.json")
        .await
        .expect(200);
    let keys = jwks.body["keys"].as_array().expect("a list of keys");
    assert!(!keys.is_empty());
    for key in keys {
        for private in ["d", "p", "q", "k"] {
            assert!(key.get(private).is_none(), "{key:#}");
        }
    }
    let listed = shop
        .operator()
        .await
        .get("/v1/identity/keys")
        .await
        .expect(200);
    assert!(
        !listed.body.to_string().contains("PRIVATE"),
        "{:#}",
        listed.body
    );
}
