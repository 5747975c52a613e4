//! Idempotency keys on a real PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use http::{
    HeaderMap, HeaderValue, Request, StatusCode,
    header::{LOCATION, RETRY_AFTER},
};
use serde_json::{Value, json};
use souk_kit::{
    Clock, Ids, Problem,
    idempotency::{IdempotencyKey, Recall, ScopedKey},
    postgres::Outbox,
};
use souk_testing::{Recorder, postgres};
use sqlx::migrate::Migrator;
use uuid::Uuid;

static MIGRATOR: Migrator = sqlx::migrate!("./tests/migrations");

async fn outbox() -> Outbox {
    outbox_at(Clock::system()).await
}

async fn outbox_at(clock: Clock) -> Outbox {
    let sink = Recorder::start().await.sink();
    Outbox::start(postgres(&MIGRATOR).await, sink, clock, Ids::system())
}

async fn key(text: &str) -> Result<IdempotencyKey, Problem> {
    let request = Request::post("/")
        .header("idempotency-key", text)
        .body(())
        .unwrap();
    IdempotencyKey::from_request_parts(&mut request.into_parts().0, &()).await
}

async fn scoped(text: &str, request: Value) -> ScopedKey {
    key(text)
        .await
        .unwrap()
        .scoped(Uuid::from_u128(7), "place_order", &request)
}

async fn place(outbox: &Outbox, key: &ScopedKey, body: Value) {
    let mut tx = outbox.begin().await.unwrap();
    assert!(matches!(tx.recall(key).await.unwrap(), Recall::New));
    let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static("/v1/orders/1"))]);
    tx.remember(key, StatusCode::ACCEPTED, &headers, &body)
        .unwrap();
    tx.commit().await.unwrap();
}

async fn recall(outbox: &Outbox, key: &ScopedKey) -> Result<Option<Response>, Problem> {
    outbox
        .begin()
        .await
        .unwrap()
        .recall(key)
        .await
        .unwrap()
        .answered()
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer() {
    let outbox = outbox().await;
    let key = scoped("k1", json!({ "lines": 1 })).await;
    let body = json!({ "order_id": 1, "note": "it's $1" });
    place(&outbox, &key, body.clone()).await;
    let answer = recall(&outbox, &key)
        .await
        .unwrap()
        .expect("the answer was stored");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(answer.headers()[LOCATION], "/v1/orders/1");
    let bytes = axum::body::to_bytes(answer.into_body(), 1000)
        .await
        .unwrap();
    assert_eq!(bytes, body.to_string());
}

#[tokio::test]
async fn another_request_under_the_same_key_is_a_problem() {
    let outbox = outbox().await;
    place(
        &outbox,
        &scoped("k1", json!({ "lines": 1 })).await,
        json!({}),
    )
    .await;
    let problem = recall(&outbox, &scoped("k1", json!({ "lines": 2 })).await)
        .await
        .unwrap_err();
    assert_eq!(problem.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_key_belongs_to_its_caller_and_operation() {
    let outbox = outbox().await;
    let request = json!({ "lines": 1 });
    place(&outbox, &scoped("k1", request.clone()).await, json!({})).await;
    let other_caller = key("k1")
        .await
        .unwrap()
        .scoped(Uuid::from_u128(8), "place_order", &request);
    let other_operation = key("k1")
        .await
        .unwrap()
        .scoped(Uuid::from_u128(7), "refund", &request);
    assert!(recall(&outbox, &other_caller).await.unwrap().is_none());
    assert!(recall(&outbox, &other_operation).await.unwrap().is_none());
}

#[tokio::test]
async fn a_request_that_failed_may_be_made_again() {
    let outbox = outbox().await;
    let key = scoped("k1", json!({})).await;
    let mut tx = outbox.begin().await.unwrap();
    assert!(matches!(tx.recall(&key).await.unwrap(), Recall::New));
    drop(tx);
    assert!(recall(&outbox, &key).await.unwrap().is_none());
}

#[tokio::test]
async fn while_the_first_is_at_it_the_second_is_told_to_come_again() {
    let outbox = outbox().await;
    let key = scoped("k1", json!({})).await;
    let mut first = outbox.begin().await.unwrap();
    assert!(matches!(first.recall(&key).await.unwrap(), Recall::New));
    let problem = recall(&outbox, &key).await.unwrap_err();
    assert_eq!(problem.status(), StatusCode::CONFLICT);
    let answer = problem.into_response();
    assert_eq!(answer.headers()[RETRY_AFTER], "1");

    first
        .remember(&key, StatusCode::CREATED, &HeaderMap::new(), &json!({}))
        .unwrap();
    first.commit().await.unwrap();
    let answer = recall(&outbox, &key).await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn whoever_is_told_an_answer_is_in_nobodys_way() {
    let outbox = outbox().await;
    let (key, other) = (scoped("k1", json!(1)).await, scoped("k1", json!(2)).await);
    place(&outbox, &key, json!({})).await;
    // Their transactions are still open.
    let (mut first, mut second) = (outbox.begin().await.unwrap(), outbox.begin().await.unwrap());
    for tx in [&mut first, &mut second] {
        assert!(matches!(tx.recall(&key).await.unwrap(), Recall::Stored(_)));
    }
    let recalled = second.recall(&other).await.unwrap();
    assert!(matches!(recalled, Recall::Mismatch));
}

#[tokio::test]
async fn after_a_day_a_key_is_new() {
    let clock = Clock::fixed(Clock::system().now());
    let outbox = outbox_at(clock.clone()).await;
    let (key, other) = (scoped("k1", json!(1)).await, scoped("k1", json!(2)).await);
    place(&outbox, &key, json!("first")).await;
    clock.advance(TimeDelta::hours(23));
    assert!(recall(&outbox, &key).await.unwrap().is_some());
    assert!(recall(&outbox, &other).await.is_err());
    clock.advance(TimeDelta::hours(2));
    place(&outbox, &other, json!("second")).await;
    assert!(recall(&outbox, &other).await.unwrap().is_some());
    assert!(recall(&outbox, &key).await.is_err());
}

#[tokio::test]
async fn a_key_that_is_no_key_is_refused() {
    assert!(key("order-1").await.is_ok());
    for wrong in ["", "a b", &"x".repeat(256)] {
        assert_eq!(
            key(wrong).await.unwrap_err().status(),
            StatusCode::BAD_REQUEST,
            "{wrong:?}"
        );
    }
}
