//! Events are taken from the broker alone, where the cluster says who that is.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::{Router, body::Body, routing::post};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use souk_kit::{Clock, Delivery, Env, Refusal, Role, Service, Subscriptions, events::Senders};
use souk_testing::Tokens;
use tower::ServiceExt;
use uuid::Uuid;

const ISSUER: &str = "https://kubernetes.default.svc";
const AUDIENCE: &str = "souk/orders";
const BROKER: &str = "system:serviceaccount:souk:orders-on-stock-reserved-oidc";

async fn hear(_: (), _: Delivery<Value>) -> Result<(), Refusal> {
    Ok(())
}

fn function(tokens: &Tokens, subjects: &str) -> Router {
    let [_, _, (_, url)] = tokens.settings();
    let env = Env::of(&[
        ("EVENTS_OIDC_ISSUER", ISSUER),
        ("EVENTS_OIDC_AUDIENCE", AUDIENCE),
        ("EVENTS_OIDC_JWKS_URL", url),
        ("EVENTS_OIDC_SUBJECTS", subjects),
    ]);
    let senders = Senders::from_env(&env).unwrap().unwrap();
    Service::new(Router::new())
        .subscriptions(Subscriptions::new(()).on("said", hear))
        .senders(senders)
        .into_router()
}

fn claims() -> Value {
    let now = Clock::system().now().timestamp();
    json!({ "iss": ISSUER, "aud": [AUDIENCE], "sub": BROKER, "iat": now, "nbf": now, "exp": now + 600 })
}

async fn deliver(router: &Router, token: Option<&str>) -> u16 {
    let mut request = Request::post("/events");
    for (name, value) in [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/s"),
        ("ce-type", "said"),
        ("content-type", "application/json"),
    ] {
        request = request.header(name, value);
    }
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::from("{}")).unwrap();
    router
        .clone()
        .oneshot(request)
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn the_broker_is_let_in_and_nobody_else() {
    let tokens = Tokens::new(Clock::system());
    let router = function(&tokens, "system:serviceaccount:souk:*, other");
    let signed = |claims: &Value| tokens.sign_as("JWT", "test-key", claims);
    assert_eq!(deliver(&router, Some(&signed(&claims()))).await, 202);
    assert_eq!(deliver(&router, None).await, 401);
    assert_eq!(deliver(&router, Some("x.y.z")).await, 401);
    let mut another = claims();
    another["sub"] = json!("system:serviceaccount:elsewhere:mallory");
    assert_eq!(deliver(&router, Some(&signed(&another))).await, 403);
}

#[tokio::test]
async fn every_claim_that_limits_the_brokers_token_must_be_there_and_right() {
    let tokens = Tokens::new(Clock::system());
    let router = function(&tokens, "");
    for (claim, wrong) in [
        ("iss", json!("https://souk.example")),
        ("aud", json!("souk/payments")),
        ("exp", json!(1)),
        ("sub", json!(null)),
    ] {
        let mut bad = claims();
        bad[claim] = wrong;
        let token = tokens.sign_as("JWT", "test-key", &bad);
        assert_eq!(deliver(&router, Some(&token)).await, 401, "{claim}");
        bad.as_object_mut().unwrap().remove(claim);
        let token = tokens.sign_as("JWT", "test-key", &bad);
        assert_eq!(deliver(&router, Some(&token)).await, 401, "no {claim}");
    }
    let mut early = claims();
    early["nbf"] = json!(Clock::system().now().timestamp() + 600);
    let early = tokens.sign_as("JWT", "test-key", &early);
    assert_eq!(deliver(&router, Some(&early)).await, 401);
}

#[tokio::test]
async fn a_key_that_the_cluster_does_not_have_signs_nothing() {
    let tokens = Tokens::new(Clock::system());
    let router = function(&tokens, "");
    let unknown = tokens.sign_as("JWT", "other-key", &claims());
    assert_eq!(deliver(&router, Some(&unknown)).await, 401);
}

#[tokio::test]
async fn a_callers_token_is_no_brokers() {
    let tokens = Tokens::new(Clock::system());
    let router = function(&tokens, "");
    let customer = tokens.token(Uuid::nil(), Role::Customer);
    assert_eq!(deliver(&router, Some(&customer)).await, 401);
}

#[tokio::test]
async fn where_nobody_says_who_the_broker_is_the_network_alone_decides() {
    assert!(Senders::from_env(&Env::of(&[])).unwrap().is_none());
    let half = Senders::from_env(&Env::of(&[("EVENTS_OIDC_ISSUER", ISSUER)]));
    let mistakes = half.err().unwrap().to_string();
    assert!(mistakes.contains("EVENTS_OIDC_AUDIENCE") && mistakes.contains("EVENTS_OIDC_JWKS_URL"));
    let router = Service::new(Router::new())
        .subscriptions(Subscriptions::new(()).on("said", hear))
        .into_router();
    assert_eq!(deliver(&router, None).await, 202);
}

#[tokio::test]
async fn without_the_clusters_keys_the_broker_is_told_to_come_again() {
    let tokens = Tokens::new(Clock::system());
    let env = Env::of(&[
        ("EVENTS_OIDC_ISSUER", ISSUER),
        ("EVENTS_OIDC_AUDIENCE", AUDIENCE),
        ("EVENTS_OIDC_JWKS_URL", "http://127.0.0.1:1/jwks"),
    ]);
    let senders = Senders::from_env(&env).unwrap().unwrap();
    let router = Service::new(Router::new())
        .subscriptions(Subscriptions::new(()).on("said", hear))
        .senders(senders)
        .into_router();
    let token = tokens.sign_as("JWT", "test-key", &claims());
    assert_eq!(deliver(&router, Some(&token)).await, 503);
}

#[tokio::test]
async fn a_function_that_hears_events_in_a_way_of_its_own_is_guarded_too() {
    let tokens = Tokens::new(Clock::system());
    let [_, _, (_, url)] = tokens.settings();
    let env = Env::of(&[
        ("EVENTS_OIDC_ISSUER", ISSUER),
        ("EVENTS_OIDC_AUDIENCE", AUDIENCE),
        ("EVENTS_OIDC_JWKS_URL", url),
    ]);
    let senders = Senders::from_env(&env).unwrap().unwrap();
    let own = Router::new().route("/events", post(async || StatusCode::ACCEPTED));
    let router = Service::new(own).senders(senders).into_router();
    assert_eq!(deliver(&router, None).await, 401);
    let token = tokens.sign_as("JWT", "test-key", &claims());
    assert_eq!(deliver(&router, Some(&token)).await, 202);
}
