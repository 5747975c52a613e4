//! The function as its callers see it, on a database of its own, at a time that stands still, with a key that only this test has.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use chrono::{DateTime, TimeDelta};
use cloudevents::AttributesReader;
use p256::{
    SecretKey,
    pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding},
};
use serde_json::{Value, json};
use souk_kit::{Clock, Ids, TokenVerifier, postgres::Outbox};
use souk_testing::Recorder;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    MIGRATOR,
    app::App,
    service,
    signer::{Identity, Signer},
};

const ISSUER: &str = "https://souk.example";
const AUDIENCE: &str = "souk";
const KEY_ID: &str = "test-key";

/// A key pair, as its Secret has it.
pub(crate) struct KeyPair {
    pub(crate) private_pem: String,
    pub(crate) public_pem: String,
}

/// The function, and everything around it.
pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    sent: Recorder,
    keys: KeyPair,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl KeyPair {
    /// A new one. Two random UUIDs are enough of a secret for a test.
    pub(crate) fn new() -> Self {
        let bytes = [*Uuid::new_v4().as_bytes(), *Uuid::new_v4().as_bytes()].concat();
        let secret = SecretKey::from_slice(&bytes).unwrap();
        let public = secret.public_key();
        Self {
            private_pem: secret.to_pkcs8_pem(LineEnding::LF).unwrap().to_string(),
            public_pem: public.to_public_key_pem(LineEnding::LF).unwrap(),
        }
    }

    fn signer(&self) -> Signer {
        let identity = Identity {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            key_id: KEY_ID.to_owned(),
        };
        let ttl = TimeDelta::hours(1);
        Signer::new(identity, &self.private_pem, &self.public_pem, ttl).unwrap()
    }
}

impl Desk {
    /// A new one, without accounts.
    pub(crate) async fn open() -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let (sent, keys) = (Recorder::start().await, KeyPair::new());
        let pool = souk_testing::postgres(&MIGRATOR).await;
        let outbox = Outbox::start(pool, sent.sink(), clock.clone(), Ids::system());
        let app = App::new(outbox, keys.signer());
        let router = service(app.clone(), verifier(&keys, &clock)).into_router();
        Self {
            app,
            clock,
            sent,
            keys,
            router,
        }
    }

    /// As the other functions check tokens.
    pub(crate) fn verifier(&self) -> TokenVerifier {
        verifier(&self.keys, &self.clock)
    }

    /// Asks for an account.
    pub(crate) async fn register(&self, email: &str, password: &str) -> Answered {
        let request = json!({ "email": email, "password": password, "name": "Ada" });
        self.post("/v1/accounts", request).await
    }

    /// Asks for a token.
    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answered {
        let request = json!({ "email": email, "password": password });
        self.post("/v1/sessions", request).await
    }

    /// A token that was given.
    pub(crate) async fn token(&self, email: &str, password: &str) -> String {
        let session = self.log_in(email, password).await;
        assert_eq!(session.status, StatusCode::CREATED, "{session:?}");
        session.body["access_token"].as_str().unwrap().to_owned()
    }

    /// POST as nobody.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        let request = Request::post(path).header("content-type", "application/json");
        self.ask(request, body.to_string().into()).await
    }

    /// GET as somebody.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answered {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.ask(request, Body::empty()).await
    }

    /// Type and data of the next event that was sent.
    pub(crate) async fn next(&mut self) -> (String, Value) {
        let event = self.sent.next().await;
        let data = event.data().cloned().unwrap();
        (event.ty().to_owned(), Value::try_from(data).unwrap())
    }

    /// Whether nothing was announced that was not taken from the post room.
    pub(crate) async fn is_silent(&mut self) -> bool {
        self.app.outbox.clone().drained().await;
        self.sent.waiting().is_empty()
    }

    async fn ask(&self, request: Builder, body: Body) -> Answered {
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1_000_000).await.unwrap();
        Answered {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap(),
        }
    }
}

fn verifier(keys: &KeyPair, clock: &Clock) -> TokenVerifier {
    TokenVerifier::new(ISSUER, AUDIENCE, KEY_ID, &keys.public_pem, clock.clone()).unwrap()
}
