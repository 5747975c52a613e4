//! The function as its neighbours see it, on a database of its own, at a time that stands still.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, request::Builder},
};
use chrono::{DateTime, TimeDelta, Utc};
use cloudevents::AttributesReader;
use serde_json::Value;
use souk_contracts::{
    Address, CancelReason, Contract, Currency, GoodsReceived, Money, OrderCancelled,
    OrderConfirmed, OrderPlaced, PricedLine, ShipmentDispatched, StockLine,
};
use souk_kit::{Clock, Ids, Role, events::RawEvent, postgres::Outbox};
use souk_testing::{Recorder, Tokens};
use sqlx::AssertSqlSafe;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{MIGRATOR, app::App, service};

/// Some pieces of some articles.
pub(crate) type Goods<'a> = &'a [(&'a str, u32)];

/// The function, and everything around it.
pub(crate) struct Stockroom {
    clock: Clock,
    pub(crate) outbox: Outbox,
    sent: Recorder,
    tokens: Tokens,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Stockroom {
    /// A new one, with these pieces in it.
    pub(crate) async fn with(pieces: Goods<'_>) -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let (sent, tokens) = (Recorder::start().await, Tokens::new(clock.clone()));
        let pool = souk_testing::postgres(&MIGRATOR).await;
        let outbox = Outbox::start(pool, sent.sink(), clock.clone(), Ids::system());
        let app = App {
            outbox: outbox.clone(),
            holding_time: TimeDelta::minutes(30),
        };
        let router = service(app, tokens.verifier()).into_router();
        let room = Self {
            clock,
            outbox,
            sent,
            tokens,
            router,
        };
        if !pieces.is_empty() {
            assert_eq!(room.hear(&room.goods(pieces)).await, StatusCode::ACCEPTED);
        }
        room
    }

    /// The time, by the function's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Its database.
    pub(crate) fn pool(&self) -> &sqlx::PgPool {
        self.outbox.pool()
    }

    /// Lets time pass, once everything that was said before is sent: a sweep would say it again.
    pub(crate) async fn wait(&self, time: TimeDelta) {
        self.outbox.clone().drained().await;
        self.clock.advance(time);
    }

    /// GET as anybody.
    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.ask(Request::get(path), Body::empty()).await
    }

    /// Counts as somebody with a role.
    pub(crate) async fn adjust(&self, key: &str, sku: &str, role: Role, body: &Value) -> Answered {
        let token = self.tokens.token(Uuid::from_u128(1), role);
        let request = Request::post(format!("/v1/stock/{sku}/adjustments"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        self.ask(request, body.to_string().into()).await
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
                "/apis/v1/namespaces/souk/pingsources/sweep-inventory",
            )
            .header("ce-type", "dev.knative.sources.ping")
            .header("content-type", "application/json");
        self.ask(request, r#"{"sweep":"inventory"}"#.into())
            .await
            .status
    }

    /// An order that wants these pieces and gets them.
    pub(crate) async fn reserved(&mut self, pieces: Goods<'_>) -> Uuid {
        let order = self.placed(pieces);
        assert_eq!(self.hear(&order).await, StatusCode::ACCEPTED);
        assert_eq!(self.next().await.0, "dev.souk.stock.reserved.v1");
        order.order_id
    }

    /// Type and data of the next event that was sent.
    pub(crate) async fn next(&mut self) -> (String, Value) {
        let event = self.sent.next().await;
        let data = event.data().cloned().unwrap();
        (event.ty().to_owned(), Value::try_from(data).unwrap())
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

    /// Pieces on hand and pieces reserved.
    pub(crate) async fn level(&self, sku: &str) -> (i64, i64) {
        let stock = self.get(&format!("/v1/stock/{sku}")).await.body;
        (
            stock["on_hand"].as_i64().unwrap(),
            stock["reserved"].as_i64().unwrap(),
        )
    }

    /// What came and went of an article.
    pub(crate) async fn moved(&self, sku: &str) -> Vec<(String, i64)> {
        let select = "select kind, quantity from movements where sku = $1 order by movement_id";
        sqlx::query_as(select)
            .bind(sku)
            .fetch_all(self.outbox.pool())
            .await
            .unwrap()
    }

    /// The articles whose level is not what the ledger and the reservations say, by the two queries on the card.
    pub(crate) async fn unsound(&self) -> Vec<String> {
        let card = include_str!("../../README.md");
        let (_, queries) = card.split_once("```sql").unwrap();
        let (queries, _) = queries.split_once("```").unwrap();
        let mut found = Vec::new();
        for query in queries.split_terminator(';').map(str::trim) {
            let query = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
            let skus: Vec<String> = query.fetch_all(self.outbox.pool()).await.unwrap();
            found.extend(skus);
        }
        found
    }

    /// What the merchant's system says of a delivery.
    pub(crate) fn goods(&self, pieces: Goods<'_>) -> GoodsReceived {
        GoodsReceived {
            delivery_note: "note-1".into(),
            lines: lines(pieces),
            received_at: self.now(),
        }
    }

    /// What orders says of a new order.
    pub(crate) fn placed(&self, pieces: Goods<'_>) -> OrderPlaced {
        let price = Money::new(100, Currency::EUR);
        OrderPlaced {
            order_id: Uuid::now_v7(),
            account_id: Uuid::from_u128(7),
            email: "ada@souk.example".into(),
            cart_id: None,
            lines: priced(pieces, price),
            total: price,
            placed_at: self.now(),
        }
    }

    /// What orders says of an order that is paid for.
    pub(crate) fn confirmed(&self, order_id: Uuid) -> OrderConfirmed {
        let price = Money::new(100, Currency::EUR);
        OrderConfirmed {
            order_id,
            account_id: Uuid::from_u128(7),
            email: "ada@souk.example".into(),
            lines: priced(&[("MUG", 1)], price),
            total: price,
            shipping_address: address(),
            confirmed_at: self.now(),
        }
    }

    /// What orders says of an order that will not be shipped.
    pub(crate) fn cancelled(&self, order_id: Uuid) -> OrderCancelled {
        OrderCancelled {
            order_id,
            account_id: Uuid::from_u128(7),
            email: "ada@souk.example".into(),
            reason: CancelReason::RequestedByCustomer,
            detail: None,
            cancelled_at: self.now(),
        }
    }

    /// What shipping says when a parcel has left.
    pub(crate) fn dispatched(&self, order_id: Uuid, pieces: Goods<'_>) -> ShipmentDispatched {
        ShipmentDispatched {
            shipment_id: Uuid::from_u128(9),
            order_id,
            carrier: "dhl".into(),
            tracking_number: "T-1".into(),
            lines: lines(pieces),
            dispatched_at: self.now(),
        }
    }

    async fn ask(&self, request: Builder, body: Body) -> Answered {
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1_000_000).await.unwrap();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap()
        };
        Answered { status, body }
    }
}

fn lines(pieces: Goods<'_>) -> Vec<StockLine> {
    pieces
        .iter()
        .map(|(sku, quantity)| StockLine {
            sku: (*sku).into(),
            quantity: *quantity,
        })
        .collect()
}

fn priced(pieces: Goods<'_>, unit_price: Money) -> Vec<PricedLine> {
    let line = |StockLine { sku, quantity }| PricedLine {
        name: sku.clone(),
        sku,
        quantity,
        unit_price,
    };
    lines(pieces).into_iter().map(line).collect()
}

fn address() -> Address {
    Address {
        name: "Ada".into(),
        line1: "1 Main Street".into(),
        line2: None,
        postal_code: "10115".into(),
        city: "Berlin".into(),
        country: "DE".into(),
    }
}
