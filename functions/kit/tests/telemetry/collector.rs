//! Somebody who takes what is exported, and understands it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{KeyValue, any_value::Value},
    metrics::v1::{Metric, metric::Data},
    trace::v1,
};
use prost::Message;
use tokio::{net::TcpListener, sync::Notify};

const PATIENCE: Duration = Duration::from_secs(15);

type Texts = BTreeMap<String, String>;

/// A span, with what is compared as text.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) name: String,
    pub(crate) kind: i32,
    pub(crate) is_error: bool,
    pub(crate) attributes: Texts,
    /// The attributes that are told as numbers.
    pub(crate) numbers: Vec<String>,
    pub(crate) events: Vec<String>,
    pub(crate) resource: Texts,
}

impl Span {
    /// An attribute, as text.
    pub(crate) fn at(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// One series of one export.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) labels: Texts,
    pub(crate) resource: Texts,
    pub(crate) is_delta: bool,
    /// The value, or how many values.
    pub(crate) count: f64,
    pub(crate) sum: f64,
    pub(crate) bounds: Vec<f64>,
}

#[derive(Clone, Default)]
struct Taken {
    spans: Arc<Mutex<Vec<Span>>>,
    series: Arc<Mutex<Vec<Series>>>,
    news: Arc<Notify>,
}

/// The collector.
pub(crate) struct Collector {
    pub(crate) url: String,
    taken: Taken,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let taken = Taken::default();
        let routes = Router::new()
            .route("/v1/traces", post(take_spans))
            .route("/v1/metrics", post(take_metrics))
            .with_state(taken.clone());
        tokio::spawn(axum::serve(listener, routes).into_future());
        Self { url, taken }
    }

    /// All spans, as soon as there are so many that this holds for.
    pub(crate) async fn spans(&self, wanted: usize, such: impl Fn(&Span) -> bool) -> Vec<Span> {
        let look = async {
            loop {
                let news = self.taken.news.notified();
                let spans = self.taken.spans.lock().unwrap().clone();
                if spans.iter().filter(|span| such(span)).count() >= wanted {
                    return spans;
                }
                news.await;
            }
        };
        let looked = tokio::time::timeout(PATIENCE, look).await;
        looked.unwrap_or_else(|_| panic!("only these: {:#?}", self.taken.spans.lock().unwrap()))
    }

    /// All series so far of this metric.
    pub(crate) fn series(&self, name: &str) -> Vec<Series> {
        let series = self.taken.series.lock().unwrap();
        let found = series.iter().filter(|series| series.name == name);
        found.cloned().collect()
    }

    /// Everything that was told, as text.
    pub(crate) fn everything(&self) -> String {
        let (spans, series) = (&self.taken.spans, &self.taken.series);
        format!("{:?}{:?}", spans.lock().unwrap(), series.lock().unwrap())
    }
}

async fn take_spans(State(taken): State<Taken>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    for of in request.resource_spans {
        let resource = texts(&of.resource.unwrap_or_default().attributes);
        let spans = of.scope_spans.into_iter().flat_map(|scope| scope.spans);
        let spans = spans.map(|span| understood(span, &resource));
        taken.spans.lock().unwrap().extend(spans);
    }
    taken.news.notify_waiters();
}

fn understood(span: v1::Span, resource: &Texts) -> Span {
    Span {
        trace_id: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        name: span.name,
        kind: span.kind,
        is_error: span.status.is_some_and(|status| status.code == 2),
        attributes: texts(&span.attributes),
        numbers: numbers(&span.attributes),
        events: span.events.into_iter().map(|event| event.name).collect(),
        resource: resource.clone(),
    }
}

async fn take_metrics(State(taken): State<Taken>, body: Bytes) {
    let request = ExportMetricsServiceRequest::decode(body).unwrap();
    for of in request.resource_metrics {
        let resource = texts(&of.resource.unwrap_or_default().attributes);
        let metrics = of.scope_metrics.into_iter().flat_map(|scope| scope.metrics);
        let series = metrics.flat_map(|metric| series(metric, &resource));
        taken.series.lock().unwrap().extend(series);
    }
    taken.news.notify_waiters();
}

fn series(metric: Metric, resource: &Texts) -> Vec<Series> {
    let one = |labels: &[KeyValue], temporality: i32, count, sum, bounds: &[f64]| Series {
        name: metric.name.clone(),
        labels: texts(labels),
        resource: resource.clone(),
        is_delta: temporality == 1,
        count,
        sum,
        bounds: bounds.to_vec(),
    };
    let value = |point: &opentelemetry_proto::tonic::metrics::v1::NumberDataPoint| {
        use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
        match point.value {
            Some(Value::AsInt(value)) => value as f64,
            Some(Value::AsDouble(value)) => value,
            None => 0.0,
        }
    };
    match &metric.data {
        Some(Data::Sum(sum)) => {
            let temporality = sum.aggregation_temporality;
            let points = sum.data_points.iter();
            points
                .map(|it| one(&it.attributes, temporality, value(it), 0.0, &[]))
                .collect()
        }
        Some(Data::Gauge(gauge)) => {
            let points = gauge.data_points.iter();
            points
                .map(|it| one(&it.attributes, 0, value(it), 0.0, &[]))
                .collect()
        }
        Some(Data::Histogram(histogram)) => {
            let temporality = histogram.aggregation_temporality;
            let points = histogram.data_points.iter();
            points
                .map(|it| {
                    let (count, sum) = (it.count as f64, it.sum.unwrap_or_default());
                    one(&it.attributes, temporality, count, sum, &it.explicit_bounds)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

fn texts(attributes: &[KeyValue]) -> Texts {
    let text = |it: &KeyValue| {
        let value = it.value.clone().and_then(|value| value.value);
        let value = match value {
            Some(Value::StringValue(text)) => text,
            Some(Value::IntValue(number)) => number.to_string(),
            Some(Value::DoubleValue(number)) => number.to_string(),
            Some(Value::BoolValue(is)) => is.to_string(),
            _ => String::new(),
        };
        (it.key.clone(), value)
    };
    attributes.iter().map(text).collect()
}

fn numbers(attributes: &[KeyValue]) -> Vec<String> {
    let is_number = |it: &&KeyValue| {
        let value = it.value.as_ref().and_then(|value| value.value.as_ref());
        matches!(value, Some(Value::IntValue(_)))
    };
    let found = attributes.iter().filter(is_number);
    found.map(|it| it.key.clone()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
