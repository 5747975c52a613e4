//! What the upstream sees of a request, and the client of an answer.

use axum::body::Body;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{Plan, Upstream, client_address, echo, echoed, gateway, request, text};

async fn seen(plan: &Plan, request: Request<Body>) -> Value {
    echoed(
        gateway(plan, echo())
            .answer(request, client_address())
            .await,
    )
    .await
}

#[tokio::test]
async fn the_upstream_is_called_at_its_cluster_name() {
    let seen = seen(
        &Plan::orders(),
        request("PUT", "/v1//orders/%7Ea?q=%7e&", &[]),
    )
    .await;
    assert_eq!(seen["method"], "PUT");
    assert_eq!(
        seen["uri"],
        "http://orders.souk.svc.cluster.local:80/v1/orders/~a?q=%7e&"
    );
    assert_eq!(seen["headers"]["host"], "orders.souk.svc.cluster.local");
}

#[tokio::test]
async fn forwarded_headers_are_kongs() {
    let sent = [
        ("x-forwarded-for", "1.1.1.1"),
        ("x-forwarded-for", "2.2.2.2"),
        ("x-forwarded-host", "evil"),
        ("x-forwarded-prefix", "/evil"),
        ("x-real-ip", "3.3.3.3"),
        ("via", "1.1 before"),
    ];
    let headers = &seen(&Plan::orders(), request("GET", "/a%20b?c", &sent)).await["headers"];
    for (name, expected) in [
        ("x-forwarded-for", json!("1.1.1.1, 10.0.0.7")),
        ("x-forwarded-proto", json!("http")),
        ("x-forwarded-host", json!("shop.example")),
        ("x-forwarded-port", json!("80")),
        ("x-forwarded-path", json!("/a%20b")),
        ("x-forwarded-prefix", Value::Null),
        ("x-real-ip", json!("10.0.0.7")),
        ("via", json!("1.1 before | 1.1 kong/3.9.3")),
    ] {
        assert_eq!(headers[name], expected, "{name}");
    }
    assert_eq!(headers["x-kong-request-id"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn a_stripped_prefix_is_told_and_a_host_can_be_preserved() {
    let plan = Plan::empty()
        .service("orders")
        .route("orders", "orders", &[], &["/shop"])
        .with_service(|service| service.port = 8080)
        .with_service(|service| service.path = Some("/api".to_owned()))
        .with_route(|route| route.strip_path = true);
    let stripped = seen(&plan, request("GET", "/shop/1", &[])).await;
    assert_eq!(
        stripped["uri"],
        "http://orders.souk.svc.cluster.local:8080/api/1"
    );
    assert_eq!(
        stripped["headers"]["host"],
        "orders.souk.svc.cluster.local:8080"
    );
    assert_eq!(stripped["headers"]["x-forwarded-prefix"], "/shop");
    let plan = plan.with_route(|route| route.preserve_host = true);
    let preserved = seen(&plan, request("GET", "/shop/1", &[])).await;
    assert_eq!(preserved["headers"]["host"], "shop.example");
}

#[tokio::test]
async fn what_is_for_one_connection_only_does_not_reach_the_upstream() {
    let sent = [
        ("connection", "keep-alive, X-Mine"),
        ("x-mine", "1"),
        ("keep-alive", "5"),
        ("upgrade", "websocket"),
        ("proxy-authorization", "Basic x"),
        ("proxy", "x"),
        ("expect", "100-continue"),
        ("ce-id", "stays"),
    ];
    let headers = &seen(&Plan::orders(), request("GET", "/", &sent)).await["headers"];
    for (name, _) in &sent[..7] {
        assert_eq!(headers[*name], Value::Null, "{name}");
    }
    assert_eq!(headers["ce-id"], "stays");
}

#[tokio::test]
async fn an_upstreams_answer_is_signed_and_else_left_alone() {
    let upstream = Upstream(|_| async {
        Response::builder()
            .status(201)
            .header("server", "function")
            .header("content-type", "text/plain")
            .header("x-kong-request-id", "forged")
            .body(Body::from("made"))
            .unwrap()
    });
    let response = gateway(&Plan::orders(), upstream)
        .answer(request("GET", "/", &[]), client_address())
        .await;
    let headers = response.headers();
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(headers["server"], "function");
    assert_eq!(headers["content-type"], "text/plain; charset=UTF-8");
    assert_eq!(headers["via"], "1.1 kong/3.9.3");
    assert_eq!(headers["x-kong-request-id"].len(), 32);
    assert!(headers.contains_key("x-kong-upstream-latency"));
    assert!(headers.contains_key("x-kong-proxy-latency"));
    assert!(!headers.contains_key("x-kong-response-latency"));
    assert_eq!(text(response).await, "made");
}

#[tokio::test]
async fn a_request_that_no_route_takes_is_answered_404_by_kong() {
    let plan = Plan::empty()
        .service("orders")
        .route("orders", "orders", &["GET"], &["/v1/orders"]);
    let response = gateway(&plan, echo())
        .answer(request("GET", "/v2", &[]), client_address())
        .await;
    let headers = response.headers().clone();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(headers["server"], "kong/3.9.3");
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert!(headers.contains_key("x-kong-response-latency"));
    assert!(!headers.contains_key("via"));
    let id = headers["x-kong-request-id"].to_str().unwrap();
    let body = format!(
        "{{\n  \"message\":\"no Route matched with those values\",\n  \"request_id\":\"{id}\"\n}}"
    );
    assert_eq!(headers["content-length"], body.len().to_string().as_str());
    assert_eq!(text(response).await, body);
}

#[tokio::test]
async fn a_disabled_services_routes_do_not_exist() {
    let plan = Plan::orders().with_service(|service| service.enabled = false);
    let response = gateway(&plan, echo())
        .answer(request("GET", "/", &[]), client_address())
        .await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_route_for_https_only_asks_for_an_upgrade() {
    let plan = Plan::orders().with_route(|route| route.protocols = vec!["https".to_owned()]);
    let response = gateway(&plan, echo())
        .answer(request("GET", "/", &[]), client_address())
        .await;
    assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED);
    assert_eq!(response.headers()["connection"], "Upgrade");
    assert_eq!(response.headers()["upgrade"], "TLS/1.2, HTTP/1.1");
    assert!(text(response).await.contains("Please use HTTPS protocol"));
}

#[tokio::test]
async fn a_caller_in_the_cluster_may_name_the_gateway_in_the_uri_and_in_host() {
    let plan = Plan::orders().with_route(|route| route.preserve_host = true);
    let uri = "http://kong-kong-proxy.kong.svc.cluster.local:8000/a?b";
    let by_uri = seen(&plan, Request::get(uri).body(Body::empty()).unwrap()).await;
    let headers = &by_uri["headers"];
    assert_eq!(by_uri["uri"], "http://orders.souk.svc.cluster.local:80/a?b");
    assert_eq!(
        headers["host"],
        "kong-kong-proxy.kong.svc.cluster.local:8000"
    );
    assert_eq!(headers["x-forwarded-port"], "8000");
    let by_host = seen(&plan, request("GET", uri, &[])).await;
    assert_eq!(by_host["headers"]["host"], "shop.example");
}
