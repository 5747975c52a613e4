//! The function as the broker and operators see it, on a database of its own, at a time that stands still, with subscribers
//! that answer as they are told.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod subscribers;

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, request::Builder},
};
use chrono::DateTime;
use serde_json::Value;
use souk_kit::{Clock, Env, Ids, Role, events::Senders};
use souk_testing::Tokens;
use tower::ServiceExt;
use uuid::Uuid;

use self::subscribers::{Heard, Subscribers};
use crate::{MIGRATOR, app::App, metrics::OpenCount, service};

const SUBSCRIBER_URL: &str = "http://{function}.souk.svc.cluster.local/events";

/// The function, and everything around it.
pub(crate) struct Office {
    pub(crate) clock: Clock,
    subscribers: Subscribers,
    tokens: Tokens,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Office {
    /// A new one, with nothing in it.
    pub(crate) async fn open() -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let subscribers = Subscribers::listen().await;
        let reach = subscribers.clone();
        let pool = souk_testing::postgres(&MIGRATOR).await;
        let app = App {
            open: OpenCount::of(pool.clone()),
            pool,
            clock: clock.clone(),
            ids: Ids::sequence(),
            subscribers: SUBSCRIBER_URL.parse().unwrap(),
            reach: Arc::new(move |address| reach.reached(&address)),
        };
        let tokens = Tokens::new(Clock::system());
        let router = service(app, tokens.verifier()).into_router();
        Self {
            clock,
            subscribers,
            tokens,
            router,
        }
    }

    /// One that asks the broker for a token, and the broker's token.
    pub(crate) async fn guarded() -> (Self, String) {
        let mut office = Self::open().await;
        let settings = office.tokens.settings();
        let (issuer, keys) = (settings[0].1, settings[2].1);
        let env = Env::of(&[
            ("EVENTS_OIDC_ISSUER", issuer),
            ("EVENTS_OIDC_AUDIENCE", "deadletters"),
            ("EVENTS_OIDC_JWKS_URL", keys),
        ]);
        let senders = Senders::from_env(&env).unwrap().unwrap();
        office.router = office.router.layer(Extension(senders));
        let mut claims = office.tokens.claims(Uuid::nil(), Role::Machine);
        claims["aud"] = "deadletters".into();
        let token = office.tokens.sign("test-key", &claims);
        (office, token)
    }

    /// What the broker does with an event that nobody took.
    pub(crate) async fn deliver(
        &self,
        headers: &[(&str, impl AsRef<[u8]>)],
        body: &[u8],
    ) -> Answered {
        let mut request = Request::post("/events");
        for (name, value) in headers {
            request = request.header(*name, value.as_ref());
        }
        self.ask(request, body.to_vec().into()).await
    }

    /// POST as an operator; without a body if it is `null`.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        let token = self.tokens.token(Uuid::from_u128(1), Role::Operator);
        let request = Request::post(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let body = match body {
            Value::Null => Body::empty(),
            body => body.to_string().into(),
        };
        self.ask(request, body).await
    }

    /// From now on this function answers events so.
    pub(crate) fn answer(&self, function: &str, status: u16, body: &str) {
        self.subscribers.answer(function, status, body);
    }

    /// The events that subscribers have heard.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.subscribers.heard()
    }

    /// GET as an operator.
    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.get_as(Role::Operator, path).await
    }

    /// GET as somebody with a role.
    pub(crate) async fn get_as(&self, role: Role, path: &str) -> Answered {
        let token = self.tokens.token(Uuid::from_u128(1), role);
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.ask(request, Body::empty()).await
    }

    /// The dead letters that a query finds, by their ids.
    pub(crate) async fn list(&self, query: &str) -> Vec<Uuid> {
        let page = self.get(&format!("/v1/dead-letters{query}")).await.body;
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["dead_letter_id"].as_str().unwrap().parse().unwrap())
            .collect()
    }

    /// The one dead letter there is, whole.
    pub(crate) async fn only(&self) -> Value {
        let ids = self.list("").await;
        assert_eq!(ids.len(), 1, "{ids:?}");
        self.get(&format!("/v1/dead-letters/{}", ids[0])).await.body
    }

    async fn ask(&self, request: Builder, body: Body) -> Answered {
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 4_000_000).await.unwrap();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap()
        };
        Answered { status, body }
    }
}

/// The headers of an order that a function has refused.
pub(crate) fn refused(id: &str, function: &str) -> Vec<(&'static str, String)> {
    vec![
        ("ce-specversion", "1.0".into()),
        ("ce-id", id.into()),
        ("ce-source", "/functions/orders".into()),
        ("ce-type", "dev.souk.order.placed.v1".into()),
        (
            "ce-knativeerrordest",
            format!("http://{function}.souk.svc.cluster.local/events"),
        ),
        ("ce-knativeerrorcode", "400".into()),
        ("ce-knativeerrordata", "bm8gc3VjaCBvcmRlcg==".into()),
        ("ce-knativekafkapartition", "3".into()),
        ("ce-knativekafkaoffset", "41".into()),
        ("content-type", "application/json".into()),
    ]
}
