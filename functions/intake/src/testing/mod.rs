//! The function as publishers see it, behind a gateway that has recognised them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use serde_json::{Value, json};
use souk_kit::Sink;
use souk_testing::Recorder;
use tower::ServiceExt;

use crate::{app::App, domain::Grants, service};

/// The function, and the broker behind it.
pub(crate) struct Door {
    pub(crate) sent: Recorder,
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
        let grants = Grants::parse(r#"{"erp":["dev.souk.goods.received.v1"]}"#).unwrap();
        let router = service(App::new(grants, sink)).into_router();
        Self { sent, router }
    }

    /// Posts as the ERP.
    pub(crate) async fn post(&self, content_type: &str, body: String) -> Answered {
        self.post_as(Some("erp"), content_type, body).await
    }

    /// Posts as the consumer that the gateway names, if it names one.
    pub(crate) async fn post_as(
        &self,
        consumer: Option<&str>,
        content_type: &str,
        body: String,
    ) -> Answered {
        let mut request = Request::post("/v1/events").header("content-type", content_type);
        if let Some(consumer) = consumer {
            request = request.header("x-consumer-username", consumer);
        }
        self.ask(request, body.into()).await
    }

    /// Posts an event in binary mode as the ERP.
    pub(crate) async fn post_binary(&self, id: &str, data: &Value) -> Answered {
        self.ask(binary(id), data.to_string().into()).await
    }

    /// The same with one header more.
    pub(crate) async fn post_binary_with(
        &self,
        id: &str,
        data: &Value,
        (name, value): (&str, &[u8]),
    ) -> Answered {
        let request = binary(id).header(name, value);
        self.ask(request, data.to_string().into()).await
    }

    /// GET as the ERP.
    pub(crate) async fn get(&self, path: &str) -> Answered {
        let request = Request::get(path).header("x-consumer-username", "erp");
        self.ask(request, Body::empty()).await
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

fn binary(id: &str) -> Builder {
    Request::post("/v1/events")
        .header("x-consumer-username", "erp")
        .header("content-type", "application/json")
        .header("ce-specversion", "1.0")
        .header("ce-id", id)
        .header("ce-source", "/publishers/erp")
        .header("ce-type", "dev.souk.goods.received.v1")
}
