//! Logs as JSON lines, traces by OpenTelemetry, and the W3C trace context in and out.
//!
//! Spans are exported only where `OTEL_EXPORTER_OTLP_ENDPOINT` says to; the context travels always.

mod export;
mod logs;
mod trace;

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

pub use trace::{TRACEPARENT, continue_trace, traceparent};

use crate::Env;

const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Keeps what has to be flushed before the process ends.
pub(crate) struct Telemetry(SdkTracerProvider);

impl Telemetry {
    /// Begins to log and to trace, under the name of the function.
    pub(crate) fn start(function: &'static str, env: &Env) -> Self {
        let mut provider = SdkTracerProvider::builder();
        if let Some(endpoint) = env.get(ENDPOINT) {
            match export::exporter(&endpoint) {
                Ok(exporter) => provider = provider.with_batch_exporter(exporter),
                Err(error) => {
                    eprintln!("{function}: {ENDPOINT} cannot be used, nothing is exported: {error}")
                }
            }
            provider =
                provider.with_resource(Resource::builder().with_service_name(function).build());
        }
        let provider = provider.build();
        let spans = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(function))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(LevelFilter::INFO);
        let filter = env
            .get("RUST_LOG")
            .map_or_else(|| EnvFilter::new("info"), EnvFilter::new);
        let lines = logs::layer(function).with_filter(filter);
        if tracing_subscriber::registry()
            .with(spans)
            .with(lines)
            .try_init()
            .is_err()
        {
            eprintln!("{function}: somebody else is logging in this process already");
        }
        Self(provider)
    }

    /// Exports what is left. It blocks, for two seconds at most.
    pub(crate) fn flush(&self) {
        if let Err(error) = self.0.shutdown_with_timeout(FLUSH_TIMEOUT) {
            tracing::debug!(%error, "spans were lost at the end");
        }
    }
}
