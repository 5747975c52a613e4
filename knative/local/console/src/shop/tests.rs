//! The routes: what is asked of the shop, and how.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use chrono::Utc;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::routes;
use super::testing::Pretended;
use crate::console::{About, Console};
use crate::telemetry::{Limits, Telemetry};

const ORDER: &str = "01989f2a-6b9c-7b61-8f3e-5d0f4c1f7a02";

/// Asks the routes of a shop, and gives status and document.
async fn ask(shop: Pretended, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
    let folder = tempfile::tempdir().unwrap();
    let now = std::time::SystemTime::now;
    let telemetry = Telemetry::open(folder.path(), Limits::default(), now, now).unwrap();
    let about = About {
        version: "0".to_owned(),
        opened_at: Utc::now(),
        gateway: String::new(),
        data_dir: String::new(),
    };
    let console = Console {
        about: Arc::new(about),
        shop: Arc::new(shop),
        telemetry,
        last_look: crate::api::LastLook::default(),
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Body::from(body.to_owned()))
        .unwrap();
    let answer = routes().with_state(console).oneshot(request).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

async fn asked(method: Method, path: &str, body: &str) -> String {
    let (status, answer) = ask(Pretended::default(), method, path, body).await;
    format!(
        "{} {}",
        status.as_u16(),
        answer["asked"].as_str().unwrap_or_default()
    )
}

#[tokio::test]
async fn what_is_asked_of_the_console_is_asked_of_the_shop() {
    let (get, post) = (Method::GET, Method::POST);
    let letter = format!("/api/dead-letters/{ORDER}");
    for (method, path, body, expected) in [
        (
            &get,
            "/api/orders".to_owned(),
            "",
            "200 orders 50".to_owned(),
        ),
        (
            &get,
            "/api/orders?limit=1000000".to_owned(),
            "",
            "200 orders 100".to_owned(),
        ),
        (
            &get,
            "/api/events?type=a&key=".to_owned(),
            "",
            "200 events 200 Some(\"a\") None".to_owned(),
        ),
        (
            &get,
            "/api/dead-letters?status=open&limit=5".to_owned(),
            "",
            "200 GET ?status=open&limit=5 null".to_owned(),
        ),
        (&get, letter.clone(), "", format!("200 GET /{ORDER} null")),
        (
            &post,
            format!("{letter}/redrive"),
            "",
            format!("200 POST /{ORDER}/redrive null"),
        ),
        (
            &post,
            format!("{letter}/discard"),
            r#"{"reason":"r"}"#,
            format!("200 POST /{ORDER}/discard {{\"reason\":\"r\"}}"),
        ),
        (
            &post,
            "/api/dead-letters/redrive".to_owned(),
            r#"{"filter":{}}"#,
            "200 POST /redrive {\"filter\":{}}".to_owned(),
        ),
        (
            &post,
            "/api/audit".to_owned(),
            "",
            "200 begin audit".to_owned(),
        ),
        (
            &Method::PUT,
            "/api/faults".to_owned(),
            r#"{"mails":"fail"}"#,
            "200 faults {\"mails\":\"fail\"}".to_owned(),
        ),
    ] {
        assert_eq!(asked(method.clone(), &path, body).await, expected, "{path}");
    }
}

#[tokio::test]
async fn what_is_no_id_reaches_nobody() {
    for path in [
        "/api/dead-letters/..%2F..%2Fv1%2Fx",
        "/api/dead-letters/1",
        "/api/orders/x/path",
    ] {
        let (status, problem) = ask(Pretended::default(), Method::GET, path, "").await;
        assert_eq!(
            (status, problem["status"].as_u64()),
            (StatusCode::NOT_FOUND, Some(404)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let (status, _) = ask(Pretended::default(), Method::PUT, "/api/faults", "{").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, _) = ask(Pretended::default(), Method::PUT, "/api/faults", "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_order_that_is_not_there_is_not_found() {
    let path = format!("/api/orders/{ORDER}/path");
    let (status, _) = ask(Pretended::default(), Method::GET, &path, "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_path_is_told_although_nobody_answers() {
    let silent = json!({ "silent": "no answer within 5 s" });
    let facts = json!({
        "now": "2026-03-14T09:00:00Z", "order_id": ORDER, "order": silent, "payment": silent, "shipment": silent,
        "events": silent, "dead_letters": silent, "functions": [], "triggers": [], "faults": null,
    });
    let shop = Pretended {
        facts: Some(facts),
        ..Pretended::default()
    };
    let (status, path) = ask(shop, Method::GET, &format!("/api/orders/{ORDER}/path"), "").await;
    assert_eq!(
        (status, path["state"].as_str()),
        (StatusCode::OK, Some("unknown"))
    );
    assert_eq!(path["steps"].as_array().map(Vec::len), Some(5));
}
