//! The function as its neighbours see it, on a table of its own, at a time that stands still.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod start;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use souk_contracts::{Currency, Money, OrderPlaced, PricedLine};
use souk_kit::{
    Clock, Ids, Role,
    dynamodb::{Outbox, TableSpec, ensure_table, key},
    events::RawEvent,
};
use souk_testing::{Recorder, Tokens, dynamodb};
use tower::ServiceExt;
use uuid::Uuid;

use crate::{app::App, service};

const TABLE: &str = "carts";
const LIFETIME: TimeDelta = TimeDelta::hours(1);
const BODY_BYTES_MAX: usize = 1_000_000;

/// The shopper of most tests.
pub(crate) const ADA: Uuid = Uuid::from_u128(0xada);

/// The function, and everything around it.
pub(crate) struct Shop {
    clock: Clock,
    tokens: Tokens,
    outbox: Outbox,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Shop {
    /// A new one, without carts.
    pub(crate) async fn open() -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let (sent, tokens) = (Recorder::start().await, Tokens::new(clock.clone()));
        let client = dynamodb().await;
        ensure_table(&client, &TableSpec::new(TABLE)).await.unwrap();
        let outbox = Outbox::start(client, TABLE, sent.sink(), clock.clone(), Ids::system());
        let lifetime = LIFETIME;
        let app = App {
            outbox: outbox.clone(),
            lifetime,
        };
        let router = service(app, tokens.verifier()).into_router();
        Self {
            clock,
            tokens,
            outbox,
            router,
        }
    }

    /// The time, by the function's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// How long a cart is kept after its last change.
    pub(crate) fn lifetime(&self) -> TimeDelta {
        LIFETIME
    }

    /// A new cart of Ada's with these lines.
    pub(crate) async fn cart_of(&self, lines: &[(&str, u32)]) -> Uuid {
        let created = self.post("/v1/carts", ADA).await;
        assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
        let cart_id = created.body["cart_id"].as_str().unwrap().parse().unwrap();
        for (sku, quantity) in lines {
            let set = self.set(cart_id, sku, *quantity).await;
            assert_eq!(set.status, StatusCode::OK, "{set:?}");
        }
        cart_id
    }

    /// A cart as Ada sees it.
    pub(crate) async fn cart(&self, cart_id: Uuid) -> Value {
        let answered = self.get(&format!("/v1/carts/{cart_id}"), ADA).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        answered.body
    }

    /// Sets a line as Ada.
    pub(crate) async fn set(&self, cart_id: Uuid, sku: &str, quantity: u32) -> Answered {
        let path = format!("/v1/carts/{cart_id}/lines/{sku}");
        self.put(&path, ADA, &json!({ "quantity": quantity })).await
    }

    /// Sets a line as Ada, if the cart still has this tag.
    pub(crate) async fn set_if(
        &self,
        cart_id: Uuid,
        sku: &str,
        quantity: u32,
        tag: &str,
    ) -> Answered {
        let request = Request::put(format!("/v1/carts/{cart_id}/lines/{sku}"))
            .header("authorization", self.bearer(ADA))
            .header("content-type", "application/json")
            .header("if-match", tag);
        let body = json!({ "quantity": quantity });
        self.ask(request, body.to_string().into()).await
    }

    /// GET as somebody.
    pub(crate) async fn get(&self, path: &str, account_id: Uuid) -> Answered {
        let request = Request::get(path).header("authorization", self.bearer(account_id));
        self.ask(request, Body::empty()).await
    }

    /// POST without a body as somebody.
    pub(crate) async fn post(&self, path: &str, account_id: Uuid) -> Answered {
        let request = Request::post(path).header("authorization", self.bearer(account_id));
        self.ask(request, Body::empty()).await
    }

    /// Somebody's token.
    pub(crate) fn token(&self, subject: Uuid, role: Role) -> String {
        self.tokens.token(subject, role)
    }

    /// A machine client's token.
    pub(crate) fn machine(&self, scopes: &[&str]) -> String {
        self.tokens.machine("orders", scopes)
    }

    /// GET with a token.
    pub(crate) async fn get_with(&self, path: &str, token: &str) -> Answered {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.ask(request, Body::empty()).await
    }

    /// POST without a body, with a token.
    pub(crate) async fn post_with(&self, path: &str, token: &str) -> Answered {
        let request = Request::post(path).header("authorization", format!("Bearer {token}"));
        self.ask(request, Body::empty()).await
    }

    /// POST without a body, with a token and an `Idempotency-Key`.
    pub(crate) async fn post_under(&self, path: &str, token: &str, key: &str) -> Answered {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", key);
        self.ask(request, Body::empty()).await
    }

    /// POST without a body and without a token.
    pub(crate) async fn post_as_nobody(&self, path: &str) -> Answered {
        self.ask(Request::post(path), Body::empty()).await
    }

    /// PUT as somebody.
    pub(crate) async fn put(&self, path: &str, account_id: Uuid, body: &Value) -> Answered {
        let request = Request::put(path)
            .header("authorization", self.bearer(account_id))
            .header("content-type", "application/json");
        self.ask(request, body.to_string().into()).await
    }

    /// DELETE as somebody.
    pub(crate) async fn delete(&self, path: &str, account_id: Uuid) -> Answered {
        let request = Request::delete(path).header("authorization", self.bearer(account_id));
        self.ask(request, Body::empty()).await
    }

    /// Whether the table has a cart, expired or not.
    pub(crate) async fn is_stored(&self, account_id: Uuid, cart_id: Uuid) -> bool {
        let item = key(format!("account#{account_id}"), format!("cart#{cart_id}"));
        let get = self.outbox.client().get_item().table_name(TABLE);
        let found = get.set_key(Some(item)).consistent_read(true).send().await;
        found.unwrap().item().is_some()
    }

    /// Delivers an event.
    pub(crate) async fn deliver(&self, event: &RawEvent) -> StatusCode {
        let request =
            Request::post("/events").header("content-type", "application/cloudevents+json");
        let body = serde_json::to_string(event).unwrap();
        self.ask(request, body.into()).await.status
    }

    /// What orders says when Ada has ordered, just now.
    pub(crate) fn order(&self, cart_id: Option<Uuid>, lines: &[(&str, u32)]) -> OrderPlaced {
        let price = Money::new(1250, Currency::EUR);
        let line = |(sku, quantity): &(&str, u32)| PricedLine {
            sku: (*sku).into(),
            name: "Mug".into(),
            quantity: *quantity,
            unit_price: price,
        };
        OrderPlaced {
            order_id: Uuid::from_u128(1),
            account_id: ADA,
            email: "ada@souk.example".into(),
            cart_id,
            lines: lines.iter().map(line).collect(),
            total: price,
            placed_at: self.now(),
        }
    }

    fn bearer(&self, account_id: Uuid) -> String {
        format!("Bearer {}", self.tokens.token(account_id, Role::Customer))
    }

    async fn ask(&self, request: Builder, body: Body) -> Answered {
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, BODY_BYTES_MAX).await.unwrap();
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
