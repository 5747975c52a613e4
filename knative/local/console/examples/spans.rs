//! How quick lists and traces are with 100,000 spans, as a ratio to reading all of them once.
//!
//! `cargo run --release -p souk-console --example spans [spans]`
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement tells its numbers and ends when something is wrong"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::body::Body;
use chrono::Utc;
use http::Request;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use souk_console::{About, Door, Limits, Nobody, Telemetry};

const OF_ONE_ORDER: u64 = 60;
const SERVICES: [&str; 7] = [
    "gateway",
    "orders",
    "broker",
    "inventory",
    "payments",
    "shipping",
    "notifications",
];

#[tokio::main]
async fn main() {
    let spans: u64 = std::env::args()
        .nth(1)
        .map_or(100_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let clock = SystemTime::now;
    let telemetry = Telemetry::open(folder.path(), Limits::default(), clock, clock).unwrap();
    let began = Instant::now();
    for order in 0..spans / OF_ONE_ORDER {
        let request = Request::post("http://collector/v1/traces")
            .header("content-type", "application/x-protobuf")
            .body(Body::from(order_trace(order).encode_to_vec()))
            .unwrap();
        assert!(telemetry.receive(request).await.status().is_success());
        if order.is_multiple_of(100) {
            telemetry.flush().await;
        }
    }
    telemetry.flush().await;
    let took = began.elapsed().as_secs_f64();
    println!("taken: {spans} spans, {:.0} a second", spans as f64 / took);
    let file = rusqlite::Connection::open(folder.path().join("telemetry.db")).unwrap();
    let scan = best(|| {
        let sql = "SELECT sum(length(detail) + length(name)), count(*) FROM spans";
        file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    });
    println!("reading every span once: {:.2} ms", millis(scan));
    let address = serve(&telemetry);
    let last = spans / OF_ONE_ORDER - 1;
    for (what, path) in [
        ("newest 50", "/api/traces".to_owned()),
        (
            "newest 50 of a service",
            "/api/traces?service=payments".to_owned(),
        ),
        ("with errors", "/api/traces?errors=true".to_owned()),
        (
            "slower than 1 s (none)",
            "/api/traces?min_ms=1000".to_owned(),
        ),
        ("a word that is nowhere", "/api/traces?q=nowhere".to_owned()),
        ("one order", format!("/api/traces?key=order-{last}")),
        (
            "open one trace",
            format!("/api/traces/{}", hex(&trace_id(last))),
        ),
    ] {
        let mut took = Duration::MAX;
        for _ in 0..9 {
            let began = Instant::now();
            let answer = get(address, &path);
            took = took.min(began.elapsed());
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}");
        }
        let ratio = took.as_secs_f64() / scan.as_secs_f64();
        println!(
            "{what:<26} {:>8.2} ms  {ratio:>6.3} of a scan",
            millis(took)
        );
    }
}

/// The API, over HTTP as a browser asks it.
fn serve(telemetry: &Telemetry) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let about = About {
        version: String::new(),
        opened_at: Utc::now(),
        gateway: String::new(),
        data_dir: String::new(),
    };
    let door = Door {
        listener,
        token: None,
    };
    souk_console::serve(door, about, Arc::new(Nobody), telemetry.clone()).unwrap();
    address
}

fn get(address: SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

fn best<T>(mut work: impl FnMut() -> T) -> Duration {
    let one = |_| {
        let began = Instant::now();
        std::hint::black_box(work());
        began.elapsed()
    };
    (0..5).map(one).min().unwrap()
}

fn trace_id(order: u64) -> [u8; 16] {
    (u128::from(order) << 64 | 1).to_be_bytes()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(key: &str, value: impl Into<String>) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(Any::StringValue(value.into())),
        }),
        ..KeyValue::default()
    }
}

/// What one order leaves behind: spans of seven services, each the child of the one before.
fn order_trace(order: u64) -> ExportTraceServiceRequest {
    let began = 1_700_000_000_000_000_000 + order * 20_000_000;
    let resource_spans = SERVICES.iter().enumerate().map(|(number, service)| {
        let own = (1..=OF_ONE_ORDER).filter(|id| *id as usize % SERVICES.len() == number);
        let spans = own.map(|id| Span {
            trace_id: trace_id(order).to_vec(),
            span_id: id.to_be_bytes().to_vec(),
            parent_span_id: match id {
                1 => Vec::new(),
                _ => (id - 1).to_be_bytes().to_vec(),
            },
            name: format!("process dev.souk.order.placed.v{}", id % 9),
            kind: 5,
            start_time_unix_nano: began + id * 1_000_000,
            end_time_unix_nano: began + id * 1_000_000 + 900_000,
            attributes: vec![
                text("cloudevents.event_subject", format!("orders/order-{order}")),
                text("messaging.kafka.message.key", format!("order-{order}")),
                text("cloudevents.event_type", "dev.souk.order.placed.v1"),
                text("messaging.system", "knative"),
            ],
            ..Span::default()
        });
        ResourceSpans {
            resource: Some(Resource {
                attributes: vec![text("service.name", *service)],
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans: spans.collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }
    });
    ExportTraceServiceRequest {
        resource_spans: resource_spans.collect(),
    }
}
