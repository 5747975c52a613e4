//! The function as publishers see it, at a time that stands still.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use chrono::DateTime;
use serde_json::{Value, json};
use souk_kit::{Clock, Role, Sink};
use souk_testing::{Recorder, Tokens};
use tower::ServiceExt;
use uuid::Uuid;

use crate::service;

/// What the ERP may say.
pub(crate) const GOODS: &str = "publish:dev.souk.goods.received.v1";

/// The function, and the broker behind it.
pub(crate) struct Door {
    pub(crate) sent: Recorder,
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

impl Door {
    /// A new one, at which the ERP may say that goods have come in.
    pub(crate) async fn open() -> Self {
        let sent = Recorder::start().await;
        let sink = sent.sink();
        Self::before(sent, sink)
    }

    /// One whose broker is said to be at this address.
    pub(crate) async fn to(broker: &str) -> Self {
        let sink = Sink::new(broker.parse().unwrap()).unwrap();
        Self::before(Recorder::start().await, sink)
    }

    fn before(sent: Recorder, sink: Sink) -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let tokens = Tokens::new(clock);
        let router = service(sink, tokens.verifier()).into_router();
        Self {
            sent,
            tokens,
            router,
        }
    }

    /// The token of a client that may do this.
    pub(crate) fn token(&self, client: &str, role: Role, scope: &str) -> String {
        token(&self.tokens, client, role, scope)
    }

    /// Posts as the ERP.
    pub(crate) async fn post(&self, content_type: &str, body: String) -> Answered {
        self.post_as(Some(&self.erp()), content_type, body).await
    }

    /// Posts with a token, if there is one.
    pub(crate) async fn post_as(
        &self,
        token: Option<&str>,
        content_type: &str,
        body: String,
    ) -> Answered {
        let mut request = Request::post("/v1/events").header("content-type", content_type);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.ask(request, body.into()).await
    }

    /// Posts a good event without a token, with this header.
    pub(crate) async fn post_with_header(&self, name: &str, value: &str) -> Answered {
        let request = Request::post("/v1/events")
            .header("content-type", "application/cloudevents+json")
            .header(name, value);
        self.ask(request, event("1").to_string().into()).await
    }

    /// Posts an event in binary mode as the ERP.
    pub(crate) async fn post_binary(&self, id: &str, data: &Value) -> Answered {
        self.ask(self.binary(id), data.to_string().into()).await
    }

    /// The same with one header more.
    pub(crate) async fn post_binary_with(
        &self,
        id: &str,
        data: &Value,
        (name, value): (&str, &[u8]),
    ) -> Answered {
        let request = self.binary(id).header(name, value);
        self.ask(request, data.to_string().into()).await
    }

    /// GET as the ERP.
    pub(crate) async fn get(&self, path: &str) -> Answered {
        let request = Request::get(path).header("authorization", format!("Bearer {}", self.erp()));
        self.ask(request, Body::empty()).await
    }

    fn erp(&self) -> String {
        self.token("erp", Role::Machine, GOODS)
    }

    fn binary(&self, id: &str) -> Builder {
        Request::post("/v1/events")
            .header("authorization", format!("Bearer {}", self.erp()))
            .header("content-type", "application/json")
            .header("ce-specversion", "1.0")
            .header("ce-id", id)
            .header("ce-source", "/publishers/erp")
            .header("ce-type", "dev.souk.goods.received.v1")
    }

    async fn ask(&self, request: Builder, body: Body) -> Answered {
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
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

/// A good event of the ERP.
pub(crate) fn event(id: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/publishers/erp", "type": "dev.souk.goods.received.v1",
        "data": {
            "delivery_note": "DN-1", "lines": [{ "sku": "MUG", "quantity": 1 }],
            "received_at": "2026-01-02T03:04:05Z",
        },
    })
}

/// All but machines ask by the shop's own client, whatever `client` is.
fn token(tokens: &Tokens, client: &str, role: Role, scope: &str) -> String {
    let scopes: Vec<_> = scope.split_whitespace().collect();
    match role {
        Role::Machine => tokens.machine(client, &scopes),
        _ => tokens.token_with(Uuid::from_u128(1), role, &scopes),
    }
}
