//! Plugins together: who sees what, in which order.

use http::{Response, StatusCode};
use serde_json::json;
use souk_gateway::Gateway;

use crate::support::{Plan, client_address, echo, echoed, gateway, request, text};

async fn status(gateway: &Gateway, path: &str, headers: &[(&str, &str)]) -> StatusCode {
    gateway
        .answer(request("GET", path, headers), client_address())
        .await
        .status()
}

#[tokio::test]
async fn a_refusal_still_carries_what_other_plugins_add() {
    let plan = Plan::orders()
        .plugin(
            "correlation-id",
            json!({"header_name": "X-Correlation-ID", "echo_downstream": true}),
        )
        .plugin("cors", json!({}))
        .plugin("rate-limiting", json!({"minute": 5, "limit_by": "ip"}))
        .plugin("request-termination", json!({"status_code": 405}));
    let sent = request("GET", "/", &[("x-correlation-id", "mine")]);
    let response = gateway(&plan, echo()).answer(sent, client_address()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    let headers = response.headers();
    assert_eq!(headers["x-correlation-id"], "mine");
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert_eq!(headers["ratelimit-remaining"], "4");
    assert_eq!(text(response).await, r#"{"message":"Method not allowed"}"#);
}

#[tokio::test]
async fn plugins_without_a_scope_also_see_what_no_route_took() {
    let plan = Plan::empty()
        .plugin(
            "correlation-id",
            json!({"header_name": "X-Id", "echo_downstream": true}),
        )
        .plugin("prometheus", json!({"status_code_metrics": true}));
    let gateway = gateway(&plan, echo());
    let response = gateway
        .answer(request("GET", "/", &[]), client_address())
        .await;
    assert!(response.headers().contains_key("x-id"));
    drop(response);
    let line = r#"kong_http_requests_total{service="",route="",workspace="default",code="404",source="kong",consumer=""} 1"#;
    assert!(gateway.metrics().contains(line), "{}", gateway.metrics());
}

#[tokio::test]
async fn a_routes_plugin_replaces_the_global_one() {
    let limit = |bytes| json!({"allowed_payload_size": bytes, "size_unit": "bytes"});
    let plan = Plan::orders()
        .route("large", "orders", &[], &["/large"])
        .plugin("request-size-limiting", limit(1))
        .on_route(Some("large"), "request-size-limiting", limit(100));
    let gateway = gateway(&plan, echo());
    let long = [("content-length", "50")];
    assert_eq!(
        status(&gateway, "/small", &long).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(status(&gateway, "/large", &long).await, StatusCode::OK);
}

#[tokio::test]
async fn a_consumers_own_limit_holds_for_the_consumer_alone() {
    let mut plan = Plan::orders()
        .consumer("erp", |consumer| {
            consumer.keyauth_keys = vec!["k1".to_owned()]
        })
        .consumer("carrier", |consumer| {
            consumer.keyauth_keys = vec!["k2".to_owned()]
        })
        .plugin("key-auth", json!({}))
        .plugin("rate-limiting", json!({"hour": 1}));
    plan.0.plugins[1].consumer = Some("erp".to_owned());
    let gateway = gateway(&plan, echo());
    let (erp, carrier) = ([("apikey", "k1")], [("apikey", "k2")]);
    assert_eq!(status(&gateway, "/", &erp).await, StatusCode::OK);
    assert_eq!(
        status(&gateway, "/", &erp).await,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(status(&gateway, "/", &carrier).await, StatusCode::OK);
    assert_eq!(status(&gateway, "/", &carrier).await, StatusCode::OK);
}

#[tokio::test]
async fn groups_of_an_authenticated_consumer_open_a_route() {
    let key = |key: &str| vec![key.to_owned()];
    let plan = Plan::orders()
        .consumer("erp", |consumer| {
            consumer.keyauth_keys = key("k1");
            consumer.acl_groups = vec!["publishers".to_owned()];
        })
        .consumer("guest", |consumer| consumer.keyauth_keys = key("k2"))
        .plugin("acl", json!({"allow": ["publishers"]}))
        .plugin("key-auth", json!({"hide_credentials": true}));
    let gateway = gateway(&plan, echo());
    let sent = request(
        "GET",
        "/",
        &[("apikey", "k1"), ("x-consumer-groups", "forged")],
    );
    let seen = echoed(gateway.answer(sent, client_address()).await).await;
    assert_eq!(seen["headers"]["x-consumer-groups"], "publishers");
    assert_eq!(seen["headers"]["apikey"], json!(null));
    assert_eq!(
        status(&gateway, "/", &[("apikey", "k2")]).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(status(&gateway, "/", &[]).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn errors_take_the_form_that_the_client_accepts() {
    let gateway = gateway(&Plan::orders().plugin("key-auth", json!({})), echo());
    for (accept, content_type) in [
        ("text/html", "text/html; charset=utf-8"),
        ("application/xml", "application/xml; charset=utf-8"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
    ] {
        let sent = request("GET", "/", &[("accept", accept)]);
        let response: Response<_> = gateway.answer(sent, client_address()).await;
        assert_eq!(response.headers()["content-type"], content_type);
        assert_eq!(response.headers()["www-authenticate"], "Key");
        assert!(text(response).await.contains("No API key found in request"));
    }
}

#[tokio::test]
async fn finished_requests_are_counted_by_route_and_source() {
    let metrics =
        json!({"status_code_metrics": true, "bandwidth_metrics": true, "latency_metrics": true});
    let plan = Plan::orders().plugin("prometheus", metrics);
    let gateway = gateway(&plan, echo());
    let sent = request("POST", "/", &[]).map(|_| "0123456789".into());
    text(gateway.answer(sent, client_address()).await).await;
    let counted = gateway.metrics();
    let place = r#"service="orders",route="orders",workspace="default""#;
    let requests =
        format!(r#"kong_http_requests_total{{{place},code="200",source="service",consumer=""}} 1"#);
    // "POST / HTTP/1.1", "host: shop.example", an empty line, and the body.
    let head = 17 + 20 + 2;
    let bytes = format!(r#"direction="ingress",consumer=""}} {}"#, head + 10);
    for expected in [
        requests,
        bytes,
        format!("kong_upstream_latency_ms_count{{{place}}} 1"),
    ] {
        assert!(counted.contains(&expected), "{expected}\n{counted}");
    }
}
