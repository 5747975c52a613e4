//! The client for neighbours, against neighbours that misbehave.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::get};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use souk_kit::resilience::{Client, ClientError, Deadline, TIME_LEFT};
use tokio::net::TcpListener;

type Calls = Arc<AtomicUsize>;

async fn neighbour() -> (Client, Calls) {
    neighbour_within(Duration::from_secs(5)).await
}

async fn neighbour_within(timeout: Duration) -> (Client, Calls) {
    let calls = Calls::default();
    let routes = Router::new()
        .route("/once-more", get(once_more))
        .route("/down", get(down))
        .route("/unknown", get(unknown))
        .route("/who", get(who))
        .route("/left", get(left))
        .route("/huge", get(async || "x".repeat(2_000_000)))
        .route("/slow", get(std::future::pending::<StatusCode>))
        .with_state(Arc::clone(&calls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(axum::serve(listener, routes).into_future());
    (Client::new("neighbour", base, timeout).unwrap(), calls)
}

async fn once_more(State(calls): State<Calls>) -> Result<Json<Value>, StatusCode> {
    match calls.fetch_add(1, Ordering::SeqCst) {
        0 => Err(StatusCode::SERVICE_UNAVAILABLE),
        _ => Ok(Json(json!("here"))),
    }
}

async fn down(State(calls): State<Calls>) -> StatusCode {
    calls.fetch_add(1, Ordering::SeqCst);
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn unknown(State(calls): State<Calls>) -> StatusCode {
    calls.fetch_add(1, Ordering::SeqCst);
    StatusCode::NOT_FOUND
}

async fn who(headers: HeaderMap) -> Json<String> {
    Json(headers["authorization"].to_str().unwrap().to_owned())
}

async fn left(headers: HeaderMap) -> Json<u64> {
    Json(headers[TIME_LEFT].to_str().unwrap().parse().unwrap())
}

/// What is done for a request whose caller waits for so many milliseconds.
async fn within<T>(millis: u64, work: impl Future<Output = T>) -> T {
    let headers = HeaderMap::from_iter([(TIME_LEFT, millis.into())]);
    let deadline = Deadline::of(&headers, Duration::from_secs(30));
    deadline.scope(work).await
}

async fn ask(client: &Client, path: &str) -> Result<String, ClientError> {
    client.get_json(path, None).await
}

#[tokio::test]
async fn a_question_that_failed_is_asked_again() {
    let (client, calls) = neighbour().await;
    assert_eq!(ask(&client, "/once-more").await.unwrap(), "here");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_answer_that_says_no_is_an_answer() {
    let (client, calls) = neighbour().await;
    let error = ask(&client, "/unknown").await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_neighbour_that_keeps_failing_is_spared() {
    let (client, calls) = neighbour().await;
    for _ in 0..5 {
        ask(&client, "/down").await.unwrap_err();
    }
    assert!(matches!(
        ask(&client, "/down").await,
        Err(ClientError::Spared(_))
    ));
    assert_eq!(
        calls.load(Ordering::SeqCst),
        5,
        "no call was made once the circuit was open"
    );
}

#[tokio::test]
async fn a_neighbour_that_never_answers_does_not_hold_the_caller() {
    let (client, _) = neighbour_within(Duration::from_millis(100)).await;
    assert!(matches!(
        ask(&client, "/slow").await,
        Err(ClientError::Unreachable(..))
    ));
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let (client, _) = neighbour().await;
    assert!(matches!(
        ask(&client, "/huge").await,
        Err(ClientError::Unreadable(..))
    ));
}

#[tokio::test]
async fn the_callers_token_is_passed_on() {
    let (client, _) = neighbour().await;
    assert_eq!(
        client.get_json::<String>("/who", Some("t")).await.unwrap(),
        "Bearer t"
    );
}

#[tokio::test]
async fn a_neighbour_is_told_what_is_left_of_the_callers_time_and_never_more_than_the_clients_bound()
 {
    let (client, _) = neighbour().await;
    let told = client.get_json::<u64>("/left", None).await.unwrap();
    assert_eq!(told, 5_000);
    let told = within(60_000, client.get_json::<u64>("/left", None)).await;
    assert_eq!(told.unwrap(), 5_000);
    let told = within(4_000, client.get_json::<u64>("/left", None)).await;
    assert!(told.unwrap() <= 3_950);
}

#[tokio::test]
async fn without_time_left_nobody_is_asked() {
    let (client, calls) = neighbour().await;
    let asked = within(0, ask(&client, "/unknown")).await;
    assert!(matches!(asked, Err(ClientError::Spared(_))), "{asked:?}");
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn callers_without_patience_do_not_open_the_circuit_for_the_others() {
    let (client, _) = neighbour().await;
    for _ in 0..10 {
        let asked = within(60, ask(&client, "/slow")).await;
        assert!(asked.is_err());
    }
    assert_eq!(ask(&client, "/once-more").await.unwrap(), "here");
}
