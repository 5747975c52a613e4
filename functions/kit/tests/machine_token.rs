//! A function's own token.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Json, Router, extract::State, routing::post};
use futures::future::join_all;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use souk_kit::{Env, Reader, auth::MachineToken};
use tokio::net::TcpListener;

#[derive(Clone)]
struct Endpoint {
    given: Arc<AtomicUsize>,
    life_seconds: u64,
    failures: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn endpoint(life_seconds: u64, failures: usize) -> (Endpoint, MachineToken) {
    let endpoint = Endpoint {
        given: Arc::default(),
        life_seconds,
        failures: Arc::new(AtomicUsize::new(failures)),
        asked: Arc::default(),
    };
    let routes = Router::new()
        .route("/oauth2/token", post(give))
        .with_state(endpoint.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/oauth2/token", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, routes).into_future());
    let token = MachineToken::new(url.parse().unwrap(), "orders", "s e:c/ret").unwrap();
    (endpoint, token)
}

async fn give(
    State(endpoint): State<Endpoint>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, StatusCode> {
    let authorization = headers["authorization"].to_str().unwrap();
    endpoint
        .asked
        .lock()
        .unwrap()
        .push(format!("{authorization} {body}"));
    let again = |left: usize| left.checked_sub(1);
    if endpoint
        .failures
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, again)
        .is_ok()
    {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let number = endpoint.given.fetch_add(1, Ordering::SeqCst);
    let life = endpoint.life_seconds;
    Ok(Json(json!({
        "access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": life
    })))
}

#[tokio::test]
async fn callers_who_come_together_get_one_token_and_so_do_later_ones() {
    let (endpoint, token) = endpoint(900, 0).await;
    let tokens = join_all((0..20).map(|_| token.token())).await;
    assert!(
        tokens
            .iter()
            .all(|one| one.as_deref().ok() == Some("token-0"))
    );
    assert_eq!(token.token().await.unwrap(), "token-0");
    // `orders:s+e%3Ac%2Fret`, form-encoded before it is put together.
    let expected = "Basic b3JkZXJzOnMrZSUzQWMlMkZyZXQ= grant_type=client_credentials";
    assert_eq!(*endpoint.asked.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn a_token_in_its_last_minute_is_not_used_any_more() {
    let (_, token) = endpoint(60, 0).await;
    assert_eq!(token.token().await.unwrap(), "token-0");
    assert_eq!(token.token().await.unwrap(), "token-1");
}

#[tokio::test]
async fn a_failure_that_may_pass_is_tried_again_and_one_that_stays_is_503() {
    let (_, token) = endpoint(900, 2).await;
    assert_eq!(token.token().await.unwrap(), "token-0");
    let (_, token) = endpoint(900, 3).await;
    assert_eq!(token.token().await.unwrap_err().status(), 503);
    assert_eq!(
        token.token().await.unwrap(),
        "token-0",
        "it is not given up"
    );
}

#[tokio::test]
async fn a_token_that_was_refused_is_forgotten_and_no_other() {
    let (_, token) = endpoint(900, 0).await;
    assert_eq!(token.token().await.unwrap(), "token-0");
    token.forget("another").await;
    assert_eq!(token.token().await.unwrap(), "token-0");
    token.forget("token-0").await;
    assert_eq!(token.token().await.unwrap(), "token-1");
}

#[tokio::test]
async fn its_settings_are_named_and_its_secret_is_told_to_nobody() {
    let env = Env::of(&[
        ("ORDERS_TOKEN_URL", "http://127.0.0.1:1/oauth2/token"),
        ("ORDERS_CLIENT_ID", "orders"),
        ("ORDERS_CLIENT_SECRET", "hunter2"),
    ]);
    let mut r = Reader::new(&env);
    let token = MachineToken::from_env(&mut r, "ORDERS").unwrap();
    assert!(!format!("{token:?}").contains("hunter2"), "{token:?}");
    let empty = Env::of(&[]);
    let mut r = Reader::new(&empty);
    let token = MachineToken::from_env(&mut r, "ORDERS");
    let mistakes = r.finish(|| token).unwrap_err().to_string();
    for name in [
        "ORDERS_TOKEN_URL",
        "ORDERS_CLIENT_ID",
        "ORDERS_CLIENT_SECRET",
    ] {
        assert!(mistakes.contains(name), "{name}: {mistakes}");
    }
}
