//! The function as its neighbours see it, on a database of its own, at a time that stands still.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, request::Builder},
};
use chrono::{DateTime, TimeDelta, Utc};
use cloudevents::AttributesReader;
use serde_json::{Value, json};
use souk_contracts::{
    Address, CancelReason, CancellationReason, CancellationRequested, Contract, Currency, Money,
    OrderCancelled, OrderConfirmed, ParcelMoved, ParcelStatus, PricedLine,
};
use souk_kit::{Clock, Ids, Role, events::RawEvent, postgres::Outbox};
use souk_testing::{Recorder, Tokens};
use tower::ServiceExt;
use uuid::Uuid;

use crate::{MIGRATOR, service};

/// The customer of most tests.
pub(crate) const ADA: Uuid = Uuid::from_u128(0xada);
const MERCHANT: Uuid = Uuid::from_u128(1);

/// The function, and everything around it.
pub(crate) struct Dock {
    clock: Clock,
    outbox: Outbox,
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

impl Dock {
    /// A new one, where nothing waits.
    pub(crate) async fn open() -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let (sent, tokens) = (Recorder::start().await, Tokens::new(clock.clone()));
        let pool = souk_testing::postgres(&MIGRATOR).await;
        let outbox = Outbox::start(pool, sent.sink(), clock.clone(), Ids::system());
        let router = service(outbox.clone(), tokens.verifier()).into_router();
        Self {
            clock,
            outbox,
            sent,
            tokens,
            router,
        }
    }

    /// The time, by the function's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Somebody's token.
    pub(crate) fn token(&self, account_id: Uuid, role: Role) -> String {
        self.tokens.token(account_id, role)
    }

    /// GET as somebody.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answered {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.ask(request, Body::empty()).await
    }

    /// POST as somebody.
    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Answered {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        self.ask(request, body.to_string().into()).await
    }

    /// Dispatches as a merchant.
    pub(crate) async fn dispatch(&self, shipment_id: Uuid, tracking_number: &str) -> Answered {
        let body = json!({ "carrier": "dhl", "tracking_number": tracking_number });
        let path = format!("/v1/shipments/{shipment_id}/dispatch");
        self.post(&path, &self.token(MERCHANT, Role::Merchant), &body)
            .await
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

    /// The shipment of an order that is confirmed now; takes `shipment.booked` from the post room.
    pub(crate) async fn booked(&mut self, order: &OrderConfirmed) -> Uuid {
        assert_eq!(self.hear(order).await, StatusCode::ACCEPTED);
        let (event_type, booked) = self.next().await;
        assert_eq!(event_type, "dev.souk.shipment.booked.v1");
        booked["shipment_id"].as_str().unwrap().parse().unwrap()
    }

    /// Dispatches as a merchant; takes `shipment.dispatched` from the post room.
    pub(crate) async fn dispatched(&mut self, shipment_id: Uuid, tracking_number: &str) {
        let answered = self.dispatch(shipment_id, tracking_number).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        assert_eq!(self.next().await.0, "dev.souk.shipment.dispatched.v1");
    }

    /// A shipment with its track, as its customer sees it.
    pub(crate) async fn shipment(&self, shipment_id: Uuid) -> Value {
        let path = format!("/v1/shipments/{shipment_id}");
        let answered = self.get(&path, &self.token(ADA, Role::Customer)).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        answered.body
    }

    /// The shipments of an order, as its customer sees them.
    pub(crate) async fn shipments_of(&self, order_id: Uuid) -> Vec<Value> {
        let path = format!("/v1/shipments?order_id={order_id}");
        let answered = self.get(&path, &self.token(ADA, Role::Customer)).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        answered.body["items"].as_array().unwrap().clone()
    }

    /// The one shipment of an order.
    pub(crate) async fn only_shipment_of(&self, order_id: Uuid) -> Value {
        let mut shipments = self.shipments_of(order_id).await;
        assert_eq!(shipments.len(), 1, "{shipments:?}");
        shipments.remove(0)
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
        let rest = self.sent.waiting();
        rest.iter().map(|event| event.ty().to_owned()).collect()
    }

    /// What orders says of a new order of Ada's that is to be shipped.
    pub(crate) fn confirmed(&self) -> OrderConfirmed {
        let unit_price = Money::new(1250, Currency::EUR);
        let line = PricedLine {
            sku: "MUG-BLUE".into(),
            name: "Blue mug".into(),
            quantity: 2,
            unit_price,
        };
        OrderConfirmed {
            order_id: Uuid::now_v7(),
            account_id: ADA,
            email: "ada@souk.example".into(),
            lines: vec![line],
            total: Money::new(2500, Currency::EUR),
            shipping_address: address(),
            confirmed_at: self.now(),
        }
    }

    /// What orders says of an order that was given up.
    pub(crate) fn cancelled(&self, order_id: Uuid) -> OrderCancelled {
        OrderCancelled {
            order_id,
            account_id: ADA,
            email: "ada@souk.example".into(),
            reason: CancelReason::RequestedByCustomer,
            detail: None,
            cancelled_at: self.now(),
        }
    }

    /// What orders says of an order that is not to be shipped any more.
    pub(crate) fn wanted_cancelled(
        &self,
        order_id: Uuid,
        reason: CancellationReason,
    ) -> CancellationRequested {
        CancellationRequested {
            order_id,
            reason,
            requested_at: self.now(),
        }
    }

    /// What a carrier says of a parcel, some time from now.
    pub(crate) fn moved(
        &self,
        tracking_number: &str,
        status: ParcelStatus,
        after: TimeDelta,
    ) -> ParcelMoved {
        ParcelMoved {
            tracking_number: tracking_number.into(),
            carrier: "dhl".into(),
            status,
            location: Some("Leipzig".into()),
            occurred_at: self.now() + after,
        }
    }

    async fn ask(&self, request: Builder, body: Body) -> Answered {
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
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
