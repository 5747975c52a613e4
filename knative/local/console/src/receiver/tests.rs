//! OTLP as functions send it.

use std::io::Write as _;
use std::time::SystemTime;

use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt as _;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ExponentialHistogram, ExponentialHistogramDataPoint, Histogram,
    HistogramDataPoint, Metric, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

use super::*;
use crate::telemetry::Limits;

struct World {
    _folder: tempfile::TempDir,
    telemetry: Telemetry,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = SystemTime::now;
        let telemetry = Telemetry::open(folder.path(), Limits::default(), clock, clock).unwrap();
        Self {
            _folder: folder,
            telemetry,
        }
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (u16, Bytes) {
        let mut request = http::Request::post(format!("http://collector{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.telemetry.receive(request).await;
        let status = response.status().as_u16();
        (
            status,
            response.into_body().collect().await.unwrap().to_bytes(),
        )
    }
}

const PROTO: (&str, &str) = ("content-type", "application/x-protobuf");

fn attribute(key: &str, value: Any) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn orders() -> Option<Resource> {
    let name = Any::StringValue("orders".to_owned());
    Some(Resource {
        attributes: vec![attribute("service.name", name)],
        ..Resource::default()
    })
}

fn traces(spans: Vec<Span>) -> Vec<u8> {
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: orders(),
            scope_spans: vec![ScopeSpans {
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    };
    request.encode_to_vec()
}

fn span() -> Span {
    Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        parent_span_id: Vec::new(),
        name: "process order.placed".to_owned(),
        kind: 5,
        start_time_unix_nano: 5_000_000,
        end_time_unix_nano: 7_500_000,
        attributes: vec![
            attribute(
                "cloudevents.event_subject",
                Any::StringValue("orders/o-1".to_owned()),
            ),
            attribute(
                "messaging.kafka.message.key",
                Any::StringValue("k-1".to_owned()),
            ),
            attribute("souk.attempts", Any::IntValue(3)),
        ],
        ..Span::default()
    }
}

#[tokio::test]
async fn a_span_is_found_by_its_order_and_its_key_and_has_its_attributes() {
    let world = World::new();
    let (status, body) = world
        .post("/v1/traces", &[PROTO], traces(vec![span()]))
        .await;
    let answer = ExportTraceServiceResponse::decode(body).unwrap();
    assert_eq!((status, answer.partial_success), (200, None));
    world.telemetry.flush().await;
    for key in ["o-1", "k-1"] {
        let filter = crate::store::TraceFilter {
            limit: 1,
            key: Some(key.to_owned()),
            ..Default::default()
        };
        let page = world.telemetry.store().traces(filter).await.unwrap();
        assert_eq!(page.traces[0].key.as_deref(), Some("o-1"));
        assert_eq!(page.traces[0].services, ["orders"]);
    }
    let trace = world
        .telemetry
        .store()
        .trace([1; 16], 9)
        .await
        .unwrap()
        .unwrap();
    let one = &trace.spans[0];
    assert_eq!((one.start_us, one.duration_us), (5000, 2500));
    assert!(
        one.detail.contains(r#""souk.attempts":3"#),
        "{}",
        one.detail
    );
}

#[tokio::test]
async fn gzip_is_unpacked_and_what_is_too_large_unpacked_is_refused() {
    let world = World::new();
    let gzip = |body: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let headers = [PROTO, ("content-encoding", "gzip")];
    let packed = gzip(&traces(vec![span()]));
    assert_eq!(world.post("/v1/traces", &headers, packed).await.0, 200);
    let bomb = gzip(&vec![0; BYTES_MOST + 1]);
    assert_eq!(world.post("/v1/traces", &headers, bomb).await.0, 413);
    assert_eq!(
        world
            .post("/v1/traces", &headers, b"no gzip".to_vec())
            .await
            .0,
        400
    );
    let other = [PROTO, ("content-encoding", "br")];
    assert_eq!(world.post("/v1/traces", &other, Vec::new()).await.0, 415);
}

#[tokio::test]
async fn garbage_is_refused_and_nothing_of_it_is_kept() {
    let world = World::new();
    for path in ["/v1/traces", "/v1/metrics", "/v1/logs"] {
        assert_eq!(
            world.post(path, &[PROTO], vec![0xff; 64]).await.0,
            400,
            "{path}"
        );
        assert_eq!(world.post(path, &[], Vec::new()).await.0, 415, "{path}");
        let json = [("content-type", "application/json")];
        assert_eq!(
            world.post(path, &json, b"{}".to_vec()).await.0,
            415,
            "{path}"
        );
        let large = vec![0; BYTES_MOST + 1];
        assert_eq!(world.post(path, &[PROTO], large).await.0, 413, "{path}");
    }
    let nameless = Span {
        span_id: vec![0; 8],
        ..span()
    };
    let short = Span {
        trace_id: vec![1; 3],
        ..span()
    };
    let body = traces(vec![nameless, short]);
    assert_eq!(world.post("/v1/traces", &[PROTO], body).await.0, 200);
    world.telemetry.flush().await;
    let counts = world.telemetry.store().counts();
    assert_eq!(counts.spans.load(std::sync::atomic::Ordering::Relaxed), 0);
}

fn metrics(data: Data) -> Vec<u8> {
    let metric = Metric {
        name: "http.server.request.duration".to_owned(),
        unit: "s".to_owned(),
        data: Some(data),
        ..Metric::default()
    };
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: orders(),
            scope_metrics: vec![ScopeMetrics {
                metrics: vec![metric],
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        }],
    };
    request.encode_to_vec()
}

fn histogram(start: u64) -> Data {
    Data::Histogram(Histogram {
        aggregation_temporality: AggregationTemporality::Delta as i32,
        data_points: vec![HistogramDataPoint {
            start_time_unix_nano: start,
            time_unix_nano: start + 1,
            count: 2,
            sum: Some(0.5),
            bucket_counts: vec![1, 1],
            explicit_bounds: vec![0.1],
            attributes: vec![attribute(
                "http.route",
                Any::StringValue("/v1/orders".to_owned()),
            )],
            ..HistogramDataPoint::default()
        }],
    })
}

#[tokio::test]
async fn short_lived_instances_become_one_series_that_prometheus_can_read() {
    let world = World::new();
    for start in [10, 20, 20] {
        let body = metrics(histogram(start));
        assert_eq!(world.post("/v1/metrics", &[PROTO], body).await.0, 200);
    }
    let text = world.telemetry.function_metrics();
    let expected = "http_server_request_duration_seconds_count\
                    {http_route=\"/v1/orders\",service_name=\"orders\"} 4\n";
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn a_kind_of_metric_that_is_not_taken_is_told_and_counted() {
    let world = World::new();
    let other = Data::ExponentialHistogram(ExponentialHistogram {
        data_points: vec![ExponentialHistogramDataPoint::default(); 2],
        ..ExponentialHistogram::default()
    });
    let (status, body) = world.post("/v1/metrics", &[PROTO], metrics(other)).await;
    let answer = ExportMetricsServiceResponse::decode(body).unwrap();
    assert_eq!(status, 200);
    assert_eq!(answer.partial_success.unwrap().rejected_data_points, 2);
}
