//! One span for each request, under the caller's.

use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Body;
use http::{Request, Response, StatusCode};
use serde_json::json;
use souk_gateway::Gateway;
use souk_network::{Kind, Span, Spans, TraceContext, Value};
use tokio::sync::mpsc::Receiver;

use crate::support::{Plan, Upstream, client_address, echo, echoed, request};

const CALLERS: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn traced(plan: Plan) -> Plan {
    plan.plugin(
        "opentelemetry",
        json!({
            "traces_endpoint": "http://127.0.0.1:4318/v1/traces",
            "sampling_rate": 1,
            "propagation": {"extract": ["w3c"], "inject": ["w3c"], "default_format": "w3c"},
        }),
    )
}

fn gateway(plan: &Plan, network: impl souk_network::Network) -> (Gateway, Receiver<Span>) {
    let (spans, ended) = Spans::channel(SystemTime::now);
    let gateway = Gateway::traced(&plan.0, Arc::new(network), spans).unwrap();
    (gateway, ended)
}

fn attribute<'a>(span: &'a Span, name: &str) -> Option<&'a Value> {
    let mut attributes = span.attributes.iter();
    attributes
        .find(|(one, _)| *one == name)
        .map(|(_, value)| value)
}

#[tokio::test]
async fn a_requests_span_lies_between_the_caller_and_the_upstream() {
    let plan = traced(Plan::empty().service("orders").route(
        "place-order",
        "orders",
        &[],
        &["/v1/orders"],
    ));
    let (gateway, mut ended) = gateway(&plan, echo());
    let sent = request(
        "POST",
        "/v1/orders?token=secret",
        &[("traceparent", CALLERS)],
    );
    let response = gateway.answer(sent, client_address()).await;
    assert!(ended.try_recv().is_err(), "its answer has not ended");
    let seen = echoed(response).await["headers"]["traceparent"].to_string();
    let span = ended.try_recv().unwrap();
    let caller = TraceContext::parse(CALLERS).unwrap();
    assert_eq!(span.trace_id, caller.trace_id());
    assert_eq!(span.parent_id, Some(caller.span_id()));
    assert!(seen.contains(&format!("{:016x}", span.span_id)), "{seen}");
    assert_eq!(
        (
            span.service,
            span.name.as_str(),
            span.kind,
            span.error.as_ref()
        ),
        ("gateway", "POST /v1/orders", Kind::Server, None)
    );
    for (name, value) in [
        ("http.request.method", Value::from("POST")),
        ("http.route", Value::from("/v1/orders")),
        ("url.path", Value::from("/v1/orders")),
        ("http.response.status_code", Value::Int(200)),
        ("kong.route.name", Value::from("place-order")),
        ("kong.service.name", Value::from("orders")),
        (
            "server.address",
            Value::from("orders.souk.svc.cluster.local"),
        ),
    ] {
        assert_eq!(attribute(&span, name), Some(&value), "{name}");
    }
    let said = format!("{span:?}");
    assert!(
        !said.contains("secret") && !said.contains("10.0.0.7"),
        "{said}"
    );
    assert!(ended.try_recv().is_err(), "one span is enough");
}

#[tokio::test]
async fn a_request_without_a_trace_begins_one_and_an_upstreams_failure_is_one() {
    let failing = Upstream(|_: Request<Body>| async {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        answer
    });
    let (gateway, mut ended) = gateway(&traced(Plan::orders()), failing);
    drop(
        gateway
            .answer(request("GET", "/", &[]), client_address())
            .await,
    );
    let span = ended.try_recv().unwrap();
    assert_eq!((span.parent_id, span.error.as_deref()), (None, Some("503")));
}

#[tokio::test]
async fn a_plugins_refusal_has_a_span_that_names_no_upstream() {
    let plan = traced(Plan::orders()).plugin("key-auth", json!({}));
    let (gateway, mut ended) = gateway(&plan, echo());
    let sent = request("GET", "/", &[("traceparent", CALLERS)]);
    drop(gateway.answer(sent, client_address()).await);
    let span = ended.try_recv().unwrap();
    let caller = TraceContext::parse(CALLERS).unwrap();
    assert_eq!(span.parent_id, Some(caller.span_id()));
    assert_eq!(
        attribute(&span, "http.response.status_code"),
        Some(&Value::Int(401))
    );
    assert_eq!(attribute(&span, "server.address"), None);
    assert_eq!(span.error, None, "the client's mistake is not ours");
}

#[tokio::test]
async fn what_its_caller_does_not_sample_has_no_span() {
    let (gateway, mut ended) = gateway(&traced(Plan::orders()), echo());
    let not_sampled = CALLERS.replace("-01", "-00");
    let sent = request("GET", "/", &[("traceparent", &not_sampled)]);
    drop(gateway.answer(sent, client_address()).await);
    assert!(ended.try_recv().is_err());
}
