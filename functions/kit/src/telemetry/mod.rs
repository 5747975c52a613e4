//! Logs as JSON lines, traces and metrics by OpenTelemetry, and the W3C trace context in and out.
//!
//! Spans and metrics are exported only where `OTEL_EXPORTER_OTLP_ENDPOINT` says to; the context travels always. Metrics leave every
//! minute and at the end: an instance may not live for a minute.

mod export;
mod logs;
mod trace;

use std::time::Duration;

use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider, trace::SdkTracerProvider};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};
use uuid::Uuid;

pub use trace::{TRACEPARENT, continue_trace, traceparent};

use crate::Env;

const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Keeps what has to be flushed before the process ends.
pub(crate) struct Telemetry {
    spans: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

impl Telemetry {
    /// Begins to log, to trace and to count, under the name of the function.
    pub(crate) fn start(function: &'static str, env: &Env) -> Self {
        let (spans, metrics) = providers(function, env);
        let traces = tracing_opentelemetry::layer()
            .with_tracer(spans.tracer(function))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(LevelFilter::INFO);
        let filter = env
            .get("RUST_LOG")
            .map_or_else(|| EnvFilter::new("info"), EnvFilter::new);
        let lines = logs::layer(function).with_filter(filter);
        if tracing_subscriber::registry()
            .with(traces)
            .with(lines)
            .try_init()
            .is_err()
        {
            eprintln!("{function}: somebody else is logging in this process already");
        }
        opentelemetry::global::set_meter_provider(metrics.clone());
        Self { spans, metrics }
    }

    /// Exports what is left. It blocks, for some seconds at most.
    pub(crate) fn flush(&self) {
        if let Err(error) = self.spans.shutdown_with_timeout(FLUSH_TIMEOUT) {
            tracing::debug!(%error, "spans were lost at the end");
        }
        if let Err(error) = self.metrics.shutdown_with_timeout(FLUSH_TIMEOUT) {
            tracing::debug!(%error, "metrics were lost at the end");
        }
    }
}

fn providers(function: &'static str, env: &Env) -> (SdkTracerProvider, SdkMeterProvider) {
    let (mut spans, mut metrics) = (SdkTracerProvider::builder(), SdkMeterProvider::builder());
    if let Some(endpoint) = env.get(ENDPOINT) {
        match (export::spans(&endpoint), export::metrics(&endpoint)) {
            (Ok(to_spans), Ok(to_metrics)) => {
                spans = spans.with_batch_exporter(to_spans);
                metrics = metrics.with_periodic_exporter(to_metrics);
            }
            (Err(error), _) | (_, Err(error)) => {
                eprintln!("{function}: {ENDPOINT} cannot be used, nothing is exported: {error}");
            }
        }
        let resource = Resource::builder().with_service_name(function);
        // Counters of two instances must not be taken for one that jumps.
        let instance = KeyValue::new("service.instance.id", Uuid::new_v4().to_string());
        let resource = resource.with_attribute(instance).build();
        (spans, metrics) = (
            spans.with_resource(resource.clone()),
            metrics.with_resource(resource),
        );
    }
    (spans.build(), metrics.build())
}
