//! The function as its neighbours see it, on a database of its own, at a time that stands still.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod facts;
mod neighbours;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use chrono::{DateTime, TimeDelta, Utc};
use cloudevents::AttributesReader;
use serde_json::Value;
use souk_contracts::Contract;
use souk_kit::{
    Clock, Deprecation, Env, Ids, Reader, Role,
    events::RawEvent,
    postgres::{Outbox, connect},
};
use souk_testing::{Recorder, Replicated, Tokens};
use sqlx::PgPool;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    MIGRATOR, V1_ENDS,
    app::{App, Patience},
    service,
};
pub(crate) use facts::{order_from, order_of, payment_authorized};
pub(crate) use neighbours::{CART, CART_OF_ANOTHER, Neighbours};

/// The customer of most tests.
pub(crate) const ADA: Uuid = Uuid::from_u128(0xada);

/// The function, and everything around it.
pub(crate) struct Desk {
    pub(crate) neighbours: Neighbours,
    sent: Recorder,
    clock: Clock,
    outbox: Outbox,
    tokens: Tokens,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Desk {
    /// A new one, with an order book that is empty.
    pub(crate) async fn open() -> Self {
        Self::open_at(DateTime::from_timestamp(1_750_000_000, 0).unwrap()).await
    }

    /// The same at another time.
    pub(crate) async fn open_at(now: DateTime<Utc>) -> Self {
        let pool = souk_testing::postgres(&MIGRATOR).await;
        Self::on(pool, None, Clock::fixed(now)).await
    }

    /// The same with a replica, from which lists are read.
    pub(crate) async fn open_with(servers: &Replicated) -> Self {
        let pool = connect(&servers.url(), &MIGRATOR, 4).await.unwrap();
        let replica = PgPool::connect(servers.read_url()).await.unwrap();
        Self::on(pool, Some(replica), Clock::system()).await
    }

    async fn on(pool: PgPool, replica: Option<PgPool>, clock: Clock) -> Self {
        let (neighbours, sent, tokens) = (
            Neighbours::start().await,
            Recorder::start().await,
            Tokens::new(clock.clone()),
        );
        let outbox = Outbox::start(pool, sent.sink(), clock.clone(), Ids::system());
        let outbox = outbox.with_replica(replica);
        let at = neighbours.url.clone();
        let patience = Patience {
            payment_window: TimeDelta::minutes(15),
            booking_window: TimeDelta::hours(24),
            kept_months: 24,
        };
        let machine = neighbours.machine();
        let app = App::new(outbox.clone(), at.clone(), at, machine, patience).unwrap();
        let router = service(app, tokens.verifier(), deprecation()).into_router();
        Self {
            neighbours,
            sent,
            clock,
            outbox,
            tokens,
            router,
        }
    }

    /// The database itself.
    pub(crate) fn pool(&self) -> &PgPool {
        self.outbox.pool()
    }

    /// The time, by the function's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Somebody's token.
    pub(crate) fn token(&self, account_id: Uuid, role: Role) -> String {
        self.tokens.token(account_id, role)
    }

    /// Lets time pass, once everything that was said before is sent: a sweep would say it again.
    pub(crate) async fn wait(&self, time: TimeDelta) {
        self.outbox.clone().drained().await;
        self.clock.advance(time);
    }

    /// GET as somebody.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answered {
        self.ask(
            Request::get(path).header("authorization", format!("Bearer {token}")),
            Body::empty(),
        )
        .await
    }

    /// POST without a body as somebody.
    pub(crate) async fn post(&self, path: &str, token: &str) -> Answered {
        self.ask(
            Request::post(path).header("authorization", format!("Bearer {token}")),
            Body::empty(),
        )
        .await
    }

    /// Places an order as Ada.
    pub(crate) async fn place(&self, key: &str, order: &Value) -> Answered {
        self.place_at("/v1/orders", key, order).await
    }

    /// The same in another version of the API.
    pub(crate) async fn place_at(&self, path: &str, key: &str, order: &Value) -> Answered {
        let token = self.token(ADA, Role::Customer);
        self.place_as(&token, path, key, order).await
    }

    /// Places an order as somebody.
    pub(crate) async fn place_as(
        &self,
        token: &str,
        path: &str,
        key: &str,
        order: &Value,
    ) -> Answered {
        self.send(token, path, key, order.to_string()).await
    }

    /// Sends something as Ada that is to be an order.
    pub(crate) async fn place_text(&self, key: &str, order: String) -> Answered {
        let token = self.token(ADA, Role::Customer);
        self.send(&token, "/v2/orders", key, order).await
    }

    async fn send(&self, token: &str, path: &str, key: &str, body: String) -> Answered {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        self.ask(request, body.into()).await
    }

    /// Places a good order as Ada, and takes `order.placed` from the post room.
    pub(crate) async fn placed(&mut self) -> Uuid {
        let answered = self
            .place(&Uuid::new_v4().to_string(), &order_of("MUG-BLUE", 2))
            .await;
        assert_eq!(answered.status, StatusCode::ACCEPTED, "{answered:?}");
        assert_eq!(self.next().await.0, "dev.souk.order.placed.v1");
        answered.body["order_id"].as_str().unwrap().parse().unwrap()
    }

    /// An order that has its stock and its money.
    pub(crate) async fn confirmed(&mut self) -> Uuid {
        let order_id = self.placed().await;
        self.hear(&self.stock_reserved(order_id)).await;
        assert_eq!(self.next().await.0, "dev.souk.payment.requested.v1");
        self.hear(&payment_authorized(order_id)).await;
        assert_eq!(self.next().await.0, "dev.souk.order.confirmed.v1");
        order_id
    }

    /// Delivers a fact, as an event of its own.
    pub(crate) async fn hear(&self, fact: &impl Contract) -> StatusCode {
        self.deliver(&fact.event(Uuid::now_v7(), self.now())).await
    }

    /// Delivers an event.
    pub(crate) async fn deliver(&self, event: &RawEvent) -> StatusCode {
        let request =
            Request::post("/events").header("content-type", "application/cloudevents+json");
        self.ask(request, serde_json::to_string(event).unwrap().into())
            .await
            .status
    }

    /// The PingSource's call.
    pub(crate) async fn sweep(&self) -> StatusCode {
        let request = Request::post("/events")
            .header("ce-specversion", "1.0")
            .header("ce-id", Uuid::now_v7().to_string())
            .header(
                "ce-source",
                "/apis/v1/namespaces/souk/pingsources/sweep-orders",
            )
            .header("ce-type", "dev.knative.sources.ping")
            .header("content-type", "application/json");
        self.ask(request, r#"{"sweep":"orders"}"#.into())
            .await
            .status
    }

    /// The order as its customer sees it.
    pub(crate) async fn order(&self, order_id: Uuid) -> Value {
        let answered = self
            .get(
                &format!("/v1/orders/{order_id}"),
                &self.token(ADA, Role::Customer),
            )
            .await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        answered.body
    }

    /// Type and data of the next event that was sent.
    pub(crate) async fn next(&mut self) -> (String, Value) {
        let event = self.sent.next().await;
        let data = event.data().cloned().unwrap();
        (event.ty().to_owned(), Value::try_from(data).unwrap())
    }

    /// Whether nothing was announced that was not taken from the post room.
    pub(crate) async fn is_silent(&mut self) -> bool {
        self.rest().await.is_empty()
    }

    /// The types of what was announced and not taken from the post room yet.
    pub(crate) async fn rest(&mut self) -> Vec<String> {
        self.outbox.clone().drained().await;
        self.sent
            .waiting()
            .iter()
            .map(|event| event.ty().to_owned())
            .collect()
    }

    async fn ask(&self, request: axum::http::request::Builder, body: Body) -> Answered {
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
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
}

/// What the manifest says of the first version.
fn deprecation() -> Deprecation {
    let env = Env::of(&[
        ("ORDERS_V1_DEPRECATED_AT", "2026-12-01T00:00:00Z"),
        ("ORDERS_V1_SUNSET_AT", "2027-12-01T00:00:00Z"),
        ("API_POLICY_URL", "/docs"),
    ]);
    let mut r = Reader::new(&env);
    let deprecation = Deprecation::from_env(&mut r, "ORDERS_V1", V1_ENDS);
    r.finish(|| deprecation).unwrap()
}
