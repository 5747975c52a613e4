//! Logs as JSON lines, traces and metrics by OpenTelemetry, and the W3C trace context in and out.
//!
//! Spans and metrics are exported only where `OTEL_EXPORTER_OTLP_ENDPOINT` says to; the context travels always. Spans leave five times a
//! second, metrics every ten seconds, and both at the end. Counters have delta temporality, and metrics no instance's name: an instance
//! may live for three seconds and export once (decision 0027). Nobody ever waits for an export: what does not fit is lost.

mod call;
pub(crate) mod database;
mod export;
mod logs;
pub(crate) mod outgoing;
pub(crate) mod sending;
pub(crate) mod statements;
mod trace;

use std::{future::Future, time::Duration};

use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider, trace::SdkTracerProvider};
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};
use uuid::Uuid;

pub(crate) use call::Call;
use logs::Lines;
pub use trace::{TRACEPARENT, continue_trace, traceparent};

use crate::{Env, metrics};

const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
const LEVELS: &str = "RUST_LOG";
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const REVISION: &str = "K_REVISION";
const NAMESPACE: &str = "souk";

/// Keeps what has to be flushed before the process ends.
pub(crate) struct Telemetry {
    spans: SdkTracerProvider,
    metrics: Option<SdkMeterProvider>,
}

impl Telemetry {
    /// Begins to log, to trace and to count, under the name of the function.
    pub(crate) fn start(function: &'static str, env: &Env) -> Self {
        let (spans, metrics) = providers(function, env);
        let traces = tracing_opentelemetry::layer()
            .with_tracer(spans.tracer(function))
            .with_location(false)
            .with_threads(false)
            .with_level(false)
            .with_target(false)
            .with_context_activation(false)
            .with_tracked_inactivity(false);
        let levels = env.get(LEVELS);
        let lines = Lines::new(function, levels.as_deref(), metrics.is_some());
        let registry = tracing_subscriber::registry().with(traces).with(lines);
        if registry.try_init().is_err() {
            eprintln!("{function}: somebody else is logging in this process already");
        }
        if let Some(metrics) = &metrics {
            call::tell(spans.tracer(function));
            metrics::tell(metrics.clone());
        }
        Self { spans, metrics }
    }

    /// Exports what is left, for two seconds at most.
    pub(crate) async fn flush(self) {
        let Self { spans, metrics } = self;
        let Some(metrics) = metrics else { return };
        let spans = blocking(move || spans.shutdown_with_timeout(FLUSH_TIMEOUT).is_ok());
        // The bound that it is given it does not keep.
        let metrics = blocking(move || metrics.shutdown_with_timeout(FLUSH_TIMEOUT).is_ok());
        let both = async { tokio::join!(spans, metrics) };
        if !matches!(
            tokio::time::timeout(FLUSH_TIMEOUT, both).await,
            Ok((true, true))
        ) {
            tracing::debug!("spans or metrics were lost at the end");
        }
    }
}

fn blocking(work: impl FnOnce() -> bool + Send + 'static) -> impl Future<Output = bool> {
    let working = tokio::task::spawn_blocking(work);
    async move { working.await.unwrap_or(false) }
}

/// Where spans and metrics go; metrics go nowhere if nobody is to be told.
fn providers(function: &'static str, env: &Env) -> (SdkTracerProvider, Option<SdkMeterProvider>) {
    let spans = SdkTracerProvider::builder();
    let Some(endpoint) = env.get(ENDPOINT) else {
        return (spans.build(), None);
    };
    match (export::spans(&endpoint), export::metrics(&endpoint)) {
        (Ok(to_spans), Ok(to_metrics)) => {
            let spans = spans
                .with_span_processor(to_spans)
                .with_resource(instance(function, env));
            let metrics = SdkMeterProvider::builder()
                .with_reader(to_metrics)
                .with_resource(service(function).build());
            (spans.build(), Some(metrics.build()))
        }
        (Err(error), _) | (_, Err(error)) => {
            eprintln!("{function}: {ENDPOINT} cannot be used, nothing is exported: {error}");
            (spans.build(), None)
        }
    }
}

/// All instances of the function together.
fn service(function: &'static str) -> opentelemetry_sdk::resource::ResourceBuilder {
    let service = Resource::builder().with_service_name(function);
    service.with_attributes([
        KeyValue::new("service.namespace", NAMESPACE),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
    ])
}

/// This instance.
fn instance(function: &'static str, env: &Env) -> Resource {
    let id = Uuid::new_v4().to_string();
    let instance = service(function).with_attributes([
        KeyValue::new("service.instance.id", id.clone()),
        KeyValue::new("faas.name", function),
        KeyValue::new("faas.instance", id),
    ]);
    match env.get(REVISION) {
        Some(revision) => instance.with_attribute(KeyValue::new("faas.version", revision)),
        None => instance,
    }
    .build()
}
