//! What a function tells of itself, and that it never waits for whoever listens.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod away;
#[path = "../child/mod.rs"]
mod child;
mod collector;
mod cost;
mod metrics;
mod notes;
mod spans;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::get,
};
use child::Function;
use collector::Collector;
use http::Method;
use souk_kit::resilience::ClientError;
use souk_testing::{Recorder, postgres_url};
use tokio::{net::TcpListener, sync::mpsc};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// Not a test: the function that the tests start.
#[test]
fn run_as_a_function() {
    child::be(|| souk_kit::run("notes", notes::start));
}

/// A function, and everybody it has to do with.
struct World {
    function: Function,
    collector: Collector,
    recorder: Recorder,
    database: String,
    /// The headers with which the neighbour was asked.
    asked: mpsc::Receiver<HeaderMap>,
}

impl World {
    async fn start() -> Self {
        Self::starting(true, "info").await
    }

    /// As [`World::start`], but only what goes wrong is logged: nobody has to read what the others say.
    async fn quiet() -> Self {
        Self::starting(true, "souk_kit::serve=info,warn").await
    }

    /// As [`World::quiet`], but nothing is exported.
    async fn silent() -> Self {
        Self::starting(false, "souk_kit::serve=info,warn").await
    }

    async fn starting(is_told: bool, log: &str) -> Self {
        let (collector, recorder) = (Collector::start().await, Recorder::start().await);
        let (database, (neighbour, asked)) = (postgres_url().await, neighbour().await);
        let mut settings = vec![
            ("DATABASE_URL", &*database),
            ("K_SINK", recorder.url()),
            ("K_REVISION", "notes-00001"),
            ("NEIGHBOUR_URL", &neighbour),
            ("RUST_LOG", log),
        ];
        if is_told {
            settings.push(("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url));
        }
        let function = Function::start(&settings);
        let mut world = Self {
            function,
            collector,
            recorder,
            database,
            asked,
        };
        world.function.wait_for_line("notes is ready");
        world
    }

    /// A request in the trace of a caller.
    async fn ask(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        let client = self.function.client();
        let request = client.request(Method::POST, path).unwrap();
        let traceparent = format!("00-{TRACE}-{CALLER}-01");
        client
            .send(request.header("traceparent", traceparent))
            .await
    }

    /// An event, as a broker delivers it.
    async fn deliver(&self, event_type: &str, id: &str, word: &str) -> Option<StatusCode> {
        let client = self.function.client();
        let request = client.request(Method::POST, "/events").unwrap();
        let headers = [
            ("ce-specversion", "1.0"),
            ("ce-id", id),
            ("ce-source", "/somebody"),
            ("ce-type", event_type),
            ("ce-time", "2026-11-26T00:00:00Z"),
            ("ce-subject", "notes/7"),
            ("ce-partitionkey", "7"),
            ("content-type", "application/json"),
            ("traceparent", &format!("00-{TRACE}-{CALLER}-01")),
        ];
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let body = serde_json::json!({ "word": word });
        match client.send(request.json(&body)).await {
            Ok(_) => Some(StatusCode::ACCEPTED),
            Err(error) => error.status(),
        }
    }
}

/// Somebody who is busy the first time.
async fn neighbour() -> (String, mpsc::Receiver<HeaderMap>) {
    type Door = (Arc<AtomicUsize>, mpsc::Sender<HeaderMap>);
    async fn word(
        State((calls, sender)): State<Door>,
        headers: HeaderMap,
    ) -> (StatusCode, &'static str) {
        let _ = sender.try_send(headers);
        match calls.fetch_add(1, Ordering::SeqCst) {
            0 => (StatusCode::SERVICE_UNAVAILABLE, ""),
            _ => (StatusCode::OK, "\"here\""),
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = mpsc::channel(16);
    let routes = Router::new().route("/word", get(word));
    let routes = routes.with_state((Arc::default(), sender));
    tokio::spawn(axum::serve(listener, routes).into_future());
    (url, asked)
}
