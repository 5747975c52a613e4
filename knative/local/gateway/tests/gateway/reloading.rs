//! Another plan while the gateway runs.

use http::StatusCode;
use serde_json::json;
use souk_gateway::Gateway;

use crate::support::{Plan, client_address, echo, gateway, request};

async fn status(gateway: &Gateway, path: &str) -> StatusCode {
    gateway
        .answer(request("GET", path, &[]), client_address())
        .await
        .status()
}

#[tokio::test]
async fn another_plan_holds_from_the_next_request_and_counters_survive() {
    let limited = || Plan::orders().plugin("rate-limiting", json!({"year": 2, "limit_by": "ip"}));
    let gateway = gateway(&limited(), echo());
    assert_eq!(status(&gateway, "/").await, StatusCode::OK);
    let more = limited().route("new", "orders", &[], &["/new"]);
    gateway.reload(&more.0).unwrap();
    assert_eq!(status(&gateway, "/new").await, StatusCode::OK);
    assert_eq!(status(&gateway, "/").await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_plan_with_mistakes_changes_nothing() {
    let gateway = gateway(&Plan::orders(), echo());
    let wrong = Plan::empty().plugin("unheard-of", json!({}));
    assert_eq!(gateway.reload(&wrong.0).unwrap_err().len(), 1);
    assert_eq!(status(&gateway, "/").await, StatusCode::OK);
}
