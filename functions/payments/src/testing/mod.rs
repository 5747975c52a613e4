//! The function as its neighbours see it: on a database of its own, at a time that stands still, before the payment provider
//! that stands in for the real one.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use chrono::{DateTime, TimeDelta, Utc};
use cloudevents::AttributesReader;
use serde_json::{Value, json};
use souk_contracts::Contract;
use souk_kit::{Clock, Ids, Role, postgres::Outbox};
use souk_testing::{Recorder, Tokens};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    MIGRATOR,
    app::App,
    provider::{Provider, WebhookSecret},
    service,
};

mod facts;
mod provider;

/// The customer of most tests.
pub(crate) const ADA: Uuid = Uuid::from_u128(0xada);
/// Longer than any answer takes that comes at all.
const TIMEOUT_USUAL: Duration = Duration::from_secs(10);

/// Where customers would find the provider's pages.
const PAGES: &str = "https://bank.example";
/// What the provider signs with.
const SECRET: &str = "whsec_1";

/// The function, and everything around it.
pub(crate) struct Till {
    sent: Recorder,
    clock: Clock,
    outbox: Outbox,
    tokens: Tokens,
    router: Router,
    provider: Router,
    api_key: String,
    _state: TempDir,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Till {
    /// A new one, with a ledger that is empty.
    pub(crate) async fn open() -> Self {
        Self::with_timeout(TIMEOUT_USUAL).await
    }

    /// The same, with a function that does not wait long for the provider.
    pub(crate) async fn with_timeout(timeout: Duration) -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let (sent, tokens) = (Recorder::start().await, Tokens::new(clock.clone()));
        let state = tempfile::tempdir().unwrap();
        let desk = payment_provider::Desk::open(state.path(), None).unwrap();
        let desk = Arc::new(desk.at(PAGES));
        let api_key = desk.api_key().to_owned();
        let provider = payment_provider::routes(desk);
        let url = listen(&provider).await;
        let back = "https://shop.example/paid".to_owned();
        let at = Provider::at(url, api_key.clone(), back, timeout).unwrap();
        let pool = souk_testing::postgres(&MIGRATOR).await;
        let outbox = Outbox::start(pool, sent.sink(), clock.clone(), Ids::system());
        let app = App {
            outbox: outbox.clone(),
            provider: at,
            webhook_secret: Some(WebhookSecret::new(SECRET.to_owned().into())),
        };
        Self {
            router: service(app, tokens.verifier()).into_router(),
            sent,
            clock,
            outbox,
            tokens,
            provider,
            api_key,
            _state: state,
        }
    }

    /// The time, by the function's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lets time pass, once everything that was said before is sent: a sweep would say it again.
    pub(crate) async fn wait(&self, time: TimeDelta) {
        self.outbox.clone().drained().await;
        self.clock.advance(time);
    }

    /// Somebody's token.
    pub(crate) fn token(&self, account_id: Uuid, role: Role) -> String {
        self.tokens.token(account_id, role)
    }

    /// An order whose money is held.
    pub(crate) async fn authorized(&mut self) -> Uuid {
        let order_id = Uuid::now_v7();
        let heard = self.hear(&self.requested(order_id, "pm_card_visa")).await;
        assert_eq!(heard, StatusCode::ACCEPTED);
        assert_eq!(self.next().await.0, "dev.souk.payment.authorized.v1");
        order_id
    }

    /// An order whose money was taken.
    pub(crate) async fn captured(&mut self) -> Uuid {
        let order_id = self.authorized().await;
        let heard = self.hear(&self.dispatched(order_id)).await;
        assert_eq!(heard, StatusCode::ACCEPTED);
        assert_eq!(self.next().await.0, "dev.souk.payment.captured.v1");
        order_id
    }

    /// Delivers an event, and lets the process die when the provider has done its work and before it has answered.
    pub(crate) async fn crash_while_asking(&self, fact: &impl Contract) {
        let before = self.intents().await.len();
        self.switch(r#"{"mode":"hang"}"#).await;
        let (router, event) = (self.router.clone(), self.event(fact));
        let dying = tokio::spawn(async move { send(router, event.0, event.1).await });
        while self.intents().await.len() == before {
            tokio::task::yield_now().await;
        }
        dying.abort();
        assert!(dying.await.unwrap_err().is_cancelled());
        self.switch(r#"{"mode":"normal"}"#).await;
    }

    /// Delivers a fact, as an event of its own.
    pub(crate) async fn hear(&self, fact: &impl Contract) -> StatusCode {
        let (request, body) = self.event(fact);
        send(self.router.clone(), request, body).await.status
    }

    /// Delivers a fact that happened so long ago.
    pub(crate) async fn hear_late(&self, fact: &impl Contract, age: TimeDelta) -> StatusCode {
        let (request, body) = Self::event_of(fact, self.now() - age);
        send(self.router.clone(), request, body).await.status
    }

    /// Delivers a fact until the function's circuit breaker lets it ask again.
    pub(crate) async fn until_asked_again(&self, fact: &impl Contract) {
        while self.hear(fact).await == StatusCode::SERVICE_UNAVAILABLE {
            tokio::task::yield_now().await;
        }
    }

    /// The PingSource's call.
    pub(crate) async fn sweep(&self) -> StatusCode {
        let request = Request::post("/events")
            .header("ce-specversion", "1.0")
            .header("ce-id", Uuid::now_v7().to_string())
            .header(
                "ce-source",
                "/apis/v1/namespaces/souk/pingsources/sweep-payments",
            )
            .header("ce-type", "dev.knative.sources.ping")
            .header("content-type", "application/json");
        let body = r#"{"sweep":"payments"}"#.into();
        send(self.router.clone(), request, body).await.status
    }

    /// GET as somebody.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answered {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        send(self.router.clone(), request, Body::empty()).await
    }

    /// The payment as its customer sees it.
    pub(crate) async fn payment(&self, order_id: Uuid) -> Value {
        let path = format!("/v1/payments/{order_id}");
        let answered = self.get(&path, &self.token(ADA, Role::Customer)).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        answered.body
    }

    /// The customer comes back from the provider's page.
    pub(crate) async fn complete(&self, order_id: Uuid) -> Answered {
        self.complete_as(order_id, &self.token(ADA, Role::Customer))
            .await
    }

    /// Somebody comes back from the provider's page.
    pub(crate) async fn complete_as(&self, order_id: Uuid, token: &str) -> Answered {
        let request = Request::post(format!("/v1/payments/{order_id}/complete"))
            .header("authorization", format!("Bearer {token}"));
        send(self.router.clone(), request, Body::empty()).await
    }

    /// An order whose payment has to be confirmed by its customer.
    pub(crate) async fn unconfirmed(&mut self) -> Uuid {
        let order_id = Uuid::now_v7();
        let requested = self.requested(order_id, "pm_card_threeDSecure2Required");
        assert_eq!(self.hear(&requested).await, StatusCode::ACCEPTED);
        let (event_type, _) = self.next().await;
        assert_eq!(event_type, "dev.souk.authentication.requested.v1");
        order_id
    }

    /// Asks for a refund as the merchant.
    pub(crate) async fn refund(&self, order_id: Uuid, key: &str, body: &str) -> Answered {
        let token = self.token(Uuid::from_u128(1), Role::Merchant);
        self.refund_as(&token, order_id, key, body).await
    }

    /// Asks for a refund as somebody.
    pub(crate) async fn refund_as(
        &self,
        token: &str,
        order_id: Uuid,
        key: &str,
        body: &str,
    ) -> Answered {
        let request = Request::post(format!("/v1/payments/{order_id}/refunds"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        send(self.router.clone(), request, body.to_owned().into()).await
    }

    /// Type and data of the next event that was sent.
    pub(crate) async fn next(&mut self) -> (String, Value) {
        let event = self.sent.next().await;
        let data = event.data().cloned().unwrap();
        (event.ty().to_owned(), Value::try_from(data).unwrap())
    }

    /// Whether nothing was announced that was not taken from the post room.
    pub(crate) async fn is_silent(&mut self) -> bool {
        self.outbox.clone().drained().await;
        self.sent.waiting().is_empty()
    }

    fn event(&self, fact: &impl Contract) -> (Builder, Body) {
        Self::event_of(fact, self.now())
    }

    fn event_of(fact: &impl Contract, at: DateTime<Utc>) -> (Builder, Body) {
        let event = fact.event(Uuid::now_v7(), at);
        let request =
            Request::post("/events").header("content-type", "application/cloudevents+json");
        (request, json!(event).to_string().into())
    }
}

async fn listen(provider: &Router) -> url::Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, provider.clone()).into_future());
    url.parse().unwrap()
}

/// Asks, and reads the answer.
async fn send(router: Router, request: Builder, body: Body) -> Answered {
    let response = router.oneshot(request.body(body).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1_000_000).await.unwrap();
    let body = if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&bytes).unwrap()
    };
    Answered {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}
