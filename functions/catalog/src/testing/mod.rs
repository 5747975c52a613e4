//! The function as its neighbours see it, on a table of its own, at a time that stands still.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod start;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use chrono::DateTime;
use cloudevents::AttributesReader;
use serde_json::{Value, json};
use souk_contracts::{Currency, Money};
use souk_kit::{
    Clock, Ids, Role,
    dynamodb::{Outbox, ensure_table},
    events::RawEvent,
};
use souk_testing::{Recorder, Tokens, dynamodb};
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    app::App,
    domain::{Details, Product, Sku},
    service, store,
};

const TABLE: &str = "catalog";
const BODY_BYTES_MAX: usize = 1_000_000;

/// A harmless picture.
pub(crate) const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

/// The function, and everything around it.
pub(crate) struct Shop {
    sent: Recorder,
    outbox: Outbox,
    tokens: Tokens,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answered {
    /// The body, which is JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// A header, which is there.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers[name].to_str().unwrap().to_owned()
    }
}

impl Shop {
    /// A new one that sells these, all with the same details. They were announced.
    pub(crate) async fn with(skus: &[&str]) -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let (sent, tokens) = (Recorder::start().await, Tokens::new(clock.clone()));
        let client = dynamodb().await;
        ensure_table(&client, &store::table(TABLE)).await.unwrap();
        let outbox = Outbox::start(client, TABLE, sent.sink(), clock, Ids::system());
        let app = App::new(outbox.clone());
        let router = service(app, tokens.verifier()).into_router();
        let mut shop = Self {
            sent,
            outbox,
            tokens,
            router,
        };
        for sku in skus {
            assert_eq!(shop.put(sku, &details()).await.status, StatusCode::CREATED);
        }
        shop.announced().await;
        shop
    }

    /// Where its table is read and written.
    pub(crate) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// GET as anybody.
    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.ask(Request::get(path), Body::empty()).await
    }

    /// GET as anybody, with a header.
    pub(crate) async fn get_with(&self, path: &str, name: &str, value: &str) -> Answered {
        self.ask(Request::get(path).header(name, value), Body::empty())
            .await
    }

    /// Puts a product as a merchant.
    pub(crate) async fn put(&self, sku: &str, body: &Value) -> Answered {
        self.put_as(sku, body, Role::Merchant).await
    }

    /// Puts a product as whoever.
    pub(crate) async fn put_as(&self, sku: &str, body: &Value, role: Role) -> Answered {
        self.ask(self.product(sku, role), body.to_string().into())
            .await
    }

    /// Puts a product as a merchant, with a header.
    pub(crate) async fn put_with(
        &self,
        sku: &str,
        body: &Value,
        name: &str,
        value: &str,
    ) -> Answered {
        let request = self.product(sku, Role::Merchant).header(name, value);
        self.ask(request, body.to_string().into()).await
    }

    /// Puts a product's picture as a merchant.
    pub(crate) async fn put_image(&self, sku: &str, content_type: &str, body: &[u8]) -> Answered {
        self.put_image_as(sku, content_type, body, Role::Merchant)
            .await
    }

    /// Puts a product's picture as whoever.
    pub(crate) async fn put_image_as(
        &self,
        sku: &str,
        content_type: &str,
        body: &[u8],
        role: Role,
    ) -> Answered {
        let request = Request::put(format!("/v1/products/{sku}/image"))
            .header("authorization", self.bearer(role))
            .header("content-type", content_type);
        self.ask(request, body.to_vec().into()).await
    }

    /// Withdraws a product as a merchant.
    pub(crate) async fn delete(&self, sku: &str) -> StatusCode {
        self.delete_as(sku, Role::Merchant).await
    }

    /// Withdraws a product as whoever.
    pub(crate) async fn delete_as(&self, sku: &str, role: Role) -> StatusCode {
        let request = Request::delete(format!("/v1/products/{sku}"))
            .header("authorization", self.bearer(role));
        self.ask(request, Body::empty()).await.status
    }

    /// Type and data of what else was announced, by type: what waits together may be sent in any order.
    pub(crate) async fn announced(&mut self) -> Vec<(String, Value)> {
        self.outbox.clone().drained().await;
        let mut announced: Vec<_> = self.sent.waiting().iter().map(read).collect();
        announced.sort_by(|(one, _), (other, _)| one.cmp(other));
        announced
    }

    fn product(&self, sku: &str, role: Role) -> Builder {
        Request::put(format!("/v1/products/{sku}"))
            .header("authorization", self.bearer(role))
            .header("content-type", "application/json")
    }

    fn bearer(&self, role: Role) -> String {
        let token = self.tokens.token(Uuid::from_u128(1), role);
        format!("Bearer {token}")
    }

    async fn ask(&self, request: Builder, body: Body) -> Answered {
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, BODY_BYTES_MAX).await.unwrap();
        Answered {
            status: parts.status,
            headers: parts.headers,
            bytes: bytes.into(),
        }
    }
}

fn read(event: &RawEvent) -> (String, Value) {
    let data = event.data().cloned().unwrap();
    (event.ty().to_owned(), Value::try_from(data).unwrap())
}

/// The body that puts a blue mug.
pub(crate) fn details() -> Value {
    let price = json!({ "amount_minor": 1250, "currency": "EUR" });
    json!({ "name": "Blue mug", "description": "Holds tea.", "category": "mugs", "price": price })
}

/// A blue mug at this price.
pub(crate) fn mug(price_minor: i64) -> Product {
    Product {
        sku: Sku::parse("MUG-BLUE").unwrap(),
        details: Details {
            name: "Blue mug".into(),
            description: "Holds tea.".into(),
            category: "mugs".into(),
            price: Money::new(price_minor, Currency::EUR),
        },
        version: 1,
        picture: None,
        published_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}
