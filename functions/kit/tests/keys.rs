//! Keys that are fetched: when, how often, and what is done without them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use axum::{Router, extract::State, response::IntoResponse, response::Response, routing::get};
use chrono::TimeDelta;
use futures::future::join_all;
use http::StatusCode;
use souk_kit::{
    Clock, Role, TokenVerifier,
    auth::{JwkSet, TokenError},
};
use souk_testing::Tokens;
use tokio::{net::TcpListener, sync::Notify};
use uuid::Uuid;

/// Whoever has the keys.
#[derive(Clone, Default)]
struct Identity(Arc<State_>);

#[derive(Default)]
struct State_ {
    set: Mutex<JwkSet>,
    fetched: AtomicUsize,
    is_away: AtomicBool,
    asked: Notify,
}

impl Identity {
    async fn start(keys: &JwkSet) -> (Self, String) {
        let identity = Self::default();
        identity.has(keys);
        let routes = Router::new()
            .route("/jwks.json", get(jwks))
            .with_state(identity.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, routes).into_future());
        (identity, url)
    }

    fn has(&self, keys: &JwkSet) {
        *self.0.set.lock().unwrap() = keys.clone();
    }

    fn is_away(&self, is_away: bool) {
        self.0.is_away.store(is_away, Ordering::SeqCst);
    }

    fn fetched(&self) -> usize {
        self.0.fetched.load(Ordering::SeqCst)
    }
}

async fn jwks(State(identity): State<Identity>) -> Response {
    let state = &identity.0;
    state.fetched.fetch_add(1, Ordering::SeqCst);
    state.asked.notify_one();
    if state.is_away.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    axum::Json(state.set.lock().unwrap().clone()).into_response()
}

struct Setting {
    tokens: Tokens,
    clock: Clock,
    identity: Identity,
    verifier: TokenVerifier,
}

async fn setting() -> Setting {
    let clock = Clock::fixed(Clock::system().now());
    let tokens = Tokens::new(clock.clone());
    let (identity, url) = Identity::start(tokens.keys()).await;
    let url = url.parse().unwrap();
    let verifier = TokenVerifier::fetching("https://souk.example", "souk", url, clock.clone());
    Setting {
        tokens,
        clock,
        identity,
        verifier: verifier.unwrap(),
    }
}

impl Setting {
    async fn verify(&self) -> Result<(), TokenError> {
        let token = self.tokens.token(Uuid::new_v4(), Role::Customer);
        self.verifier.verify(&token).await.map(|_| ())
    }

    async fn verify_signed_by(&self, key_id: &str) -> Result<(), TokenError> {
        let mut claims = self.tokens.claims(Uuid::new_v4(), Role::Customer);
        claims["kid"] = format!("{key_id}.customers").into();
        let token = self.tokens.sign(key_id, &claims);
        self.verifier.verify(&token).await.map(|_| ())
    }

    /// The same key under another id too.
    fn rotate(&self, key_id: &str) {
        let mut keys = self.tokens.keys().clone();
        let mut new = keys.keys[0].clone();
        new.common.key_id = Some(key_id.to_owned());
        keys.keys.push(new);
        self.identity.has(&keys);
    }
}

#[tokio::test]
async fn the_keys_are_fetched_once_when_the_first_tokens_come_together() {
    let at = setting().await;
    assert_eq!(at.identity.fetched(), 0, "nobody has asked yet");
    let outcomes = join_all((0..20).map(|_| at.verify())).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(at.identity.fetched(), 1);
}

#[tokio::test]
async fn without_keys_nobody_knows_and_as_soon_as_there_are_some_it_goes_on() {
    let at = setting().await;
    at.identity.is_away(true);
    let unknown = at.verify().await;
    assert!(
        matches!(unknown, Err(TokenError::KeysAway(_))),
        "{unknown:?}"
    );
    let fetched = at.identity.fetched();
    assert!(matches!(at.verify().await, Err(TokenError::KeysAway(_))));
    assert_eq!(at.identity.fetched(), fetched, "it was asked again at once");
    at.identity.is_away(false);
    at.clock.advance(TimeDelta::seconds(1));
    assert_eq!(at.verify().await, Ok(()));
}

#[tokio::test]
async fn keys_that_are_not_fresh_go_on_while_new_ones_are_fetched() {
    let at = setting().await;
    at.verify().await.unwrap();
    at.identity.0.asked.notified().await;
    at.rotate("second");
    at.clock.advance(TimeDelta::minutes(5));
    at.verify().await.unwrap();
    at.identity.0.asked.notified().await;
    assert_eq!(at.verify_signed_by("second").await, Ok(()));
    assert_eq!(at.identity.fetched(), 2);
}

#[tokio::test]
async fn old_keys_go_on_for_a_day_while_identity_is_away_and_no_longer() {
    let at = setting().await;
    at.verify().await.unwrap();
    at.identity.is_away(true);
    at.clock.advance(TimeDelta::hours(23));
    assert_eq!(at.verify().await, Ok(()));
    at.clock.advance(TimeDelta::hours(1));
    assert!(matches!(at.verify().await, Err(TokenError::KeysAway(_))));
}

#[tokio::test]
async fn a_key_that_is_new_is_found_when_it_has_signed_something() {
    let at = setting().await;
    at.verify().await.unwrap();
    at.rotate("second");
    at.clock.advance(TimeDelta::seconds(6));
    let outcomes = join_all((0..20).map(|_| at.verify_signed_by("second"))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(at.identity.fetched(), 2, "they did not wait for one answer");
}

#[tokio::test]
async fn a_key_that_nobody_has_is_looked_for_once_for_all_who_wait() {
    let at = setting().await;
    at.verify().await.unwrap();
    at.clock.advance(TimeDelta::seconds(6));
    let outcomes = join_all((0..20).map(|n| {
        let at = &at;
        async move { at.verify_signed_by(&format!("junk-{n}")).await }
    }))
    .await;
    assert!(
        outcomes
            .iter()
            .all(|one| *one == Err(TokenError::UnknownKey))
    );
    assert_eq!(at.identity.fetched(), 2);
}

#[tokio::test]
async fn whether_an_unknown_key_is_new_nobody_knows_while_identity_is_away() {
    let at = setting().await;
    at.verify().await.unwrap();
    at.identity.is_away(true);
    at.clock.advance(TimeDelta::seconds(6));
    let unknown = at.verify_signed_by("second").await;
    assert!(
        matches!(unknown, Err(TokenError::KeysAway(_))),
        "{unknown:?}"
    );
    assert_eq!(at.verify().await, Ok(()), "known keys go on");
}
