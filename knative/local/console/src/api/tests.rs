//! The API as the page asks it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, Bytes};
use chrono::Utc;
use futures::StreamExt as _;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use souk_network::{Kind, Span, SpanEvent, TraceContext};
use tower::ServiceExt as _;

use crate::server;
use crate::{About, Limits, Nobody, Telemetry};

struct World {
    _folder: tempfile::TempDir,
    telemetry: Telemetry,
    routes: Router,
}

impl World {
    fn new(token: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = SystemTime::now;
        let telemetry = Telemetry::open(folder.path(), Limits::default(), clock, clock).unwrap();
        let about = About {
            version: "1.2.3".to_owned(),
            opened_at: Utc::now(),
            gateway: "http://127.0.0.1:8000".to_owned(),
            data_dir: "/shop".to_owned(),
        };
        let token = token.map(str::to_owned);
        Self {
            routes: server::routes(token, about, Arc::new(Nobody), telemetry.clone()),
            _folder: folder,
            telemetry,
        }
    }

    async fn response(&self, path: &str, headers: &[(&str, &str)]) -> http::Response<Body> {
        let mut request = Request::get(path).header("host", "127.0.0.1:8002");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        self.routes.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let response = self.response(path, &[]).await;
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// A span of the runtime itself.
    async fn span(&self, name: &str) -> TraceContext {
        self.span_at(name, None, SystemTime::now()).await
    }

    /// One that began then, in the trace of its parent, if it has one; with an event at its start.
    async fn span_at(
        &self,
        name: &str,
        parent: Option<TraceContext>,
        began: SystemTime,
    ) -> TraceContext {
        let context = match parent {
            Some(parent) => parent.child(),
            None => TraceContext::begin(1.0),
        };
        let (spans, receiver) = souk_network::Spans::channel(SystemTime::now);
        let mut span = Span::of(
            context,
            parent.map(|parent| parent.span_id()),
            "gateway",
            name.to_owned(),
            Kind::Server,
            began,
        );
        span.attributes.push(("kong.service.name", "orders".into()));
        span.events.push(SpanEvent {
            name: "retry",
            at: span.started,
            attributes: Vec::new(),
        });
        self.telemetry.listen(receiver);
        spans.take(span);
        drop(spans);
        let list = format!("/api/traces?q={name}");
        while self.get(&list.replace(' ', "+")).await.1["traces"] == json!([]) {
            self.telemetry.flush().await;
            tokio::task::yield_now().await;
        }
        context
    }
}

#[tokio::test]
async fn the_overview_says_what_there_is() {
    let world = World::new(None);
    let (status, overview) = world.get("/api/overview").await;
    assert_eq!(status, StatusCode::OK);
    for (pointer, expected) in [
        ("/version", json!("1.2.3")),
        ("/gateway", json!("http://127.0.0.1:8000")),
        ("/telemetry/dropped", json!(0)),
        ("/rates/requests_per_second", json!(0.0)),
        ("/parts/functions", json!([])),
    ] {
        assert_eq!(overview.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert!(overview["now"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn a_trace_is_listed_and_opened() {
    let world = World::new(None);
    let context = world.span("POST /v1/orders").await;
    let (_, list) = world.get("/api/traces?service=gateway&min_ms=0").await;
    let trace = &list["traces"][0];
    let id = format!("{:032x}", context.trace_id());
    assert_eq!(trace["trace_id"], json!(id));
    assert_eq!((&trace["spans"], &trace["key"]), (&json!(1), &Value::Null));
    assert_eq!(list["next_before"], Value::Null);
    let (_, open) = world.get(&format!("/api/traces/{id}")).await;
    let span = &open["spans"][0];
    assert_eq!(span["attributes"]["kong.service.name"], "orders");
    assert_eq!(
        (&span["parent"], &span["kind"]),
        (&Value::Null, &json!("server"))
    );
    assert_eq!((&open["total"], &open["orphans"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn times_in_a_trace_are_counted_from_its_start() {
    let world = World::new(None);
    let second = Duration::from_secs(1);
    let began = SystemTime::UNIX_EPOCH + 1_800_000_000 * second;
    let context = world.span_at("first", None, began).await;
    world.span_at("later", Some(context), began + second).await;
    let path = format!("/api/traces/{:032x}", context.trace_id());
    let (_, open) = world.get(&path).await;
    assert_eq!(open["started_at"], "2027-01-15T08:00:00.000000Z");
    for (span, start) in [(0, 0), (1, 1_000_000)] {
        let span = &open["spans"][span];
        assert_eq!(span["start_us"], json!(start));
        let retry = json!({"name": "retry", "at_us": start, "attributes": {}});
        assert_eq!(span["events"], json!([retry]));
    }
}

#[tokio::test]
async fn what_is_wrong_is_a_problem_that_says_what() {
    let world = World::new(None);
    let unknown = "f".repeat(32);
    for (path, status) in [
        ("/api/nothing", 404),
        (&format!("/api/traces/{unknown}"), 404),
        ("/api/traces/short", 400),
        ("/api/traces?limit=many", 400),
        ("/api/traces?before=yesterday", 400),
        ("/api/logs?level=loud", 400),
        ("/api/metrics/query", 400),
        ("/api/metrics/query?name=x&as=mean", 400),
    ] {
        let (found, problem) = world.get(path).await;
        assert_eq!(found.as_u16(), status, "{path}");
        assert_eq!(problem["status"], json!(status), "{path}");
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|why| !why.is_empty()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn who_follows_sees_the_overview_and_then_what_flows() {
    let world = World::new(None);
    let response = world.response("/api/stream", &[]).await;
    let mut body = response.into_body().into_data_stream();
    let mut text = String::new();
    let mut read_until = async |word: &str| {
        while !text.contains(word) {
            let part: Bytes = body.next().await.unwrap().unwrap();
            text.push_str(std::str::from_utf8(&part).unwrap());
        }
    };
    read_until("event: overview").await;
    read_until("event: faults").await;
    world.span("GET /v1/orders").await;
    read_until("event: flow").await;
    read_until(r#""from":"gateway""#).await;
}

#[tokio::test]
async fn every_answer_keeps_others_out_of_the_page() {
    let world = World::new(Some("s3cret"));
    for (headers, status) in [
        (&[][..], 401),
        (&[("authorization", "Bearer s3cret")][..], 200),
    ] {
        let response = world.response("/api/overview", headers).await;
        assert_eq!(response.status().as_u16(), status);
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(!headers.contains_key("access-control-allow-origin"));
    }
    let response = world.response("/?token=s3cret", &[]).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()["location"], "/");
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let response = world.response("/v1/traces", &[]).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}
