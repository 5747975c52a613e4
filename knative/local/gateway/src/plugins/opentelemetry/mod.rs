//! opentelemetry: continues the caller's trace in what the upstream sees, or begins one. It sends no spans: on one machine
//! the gateway is not a process of its own whose time is worth a span, and there may be nobody who collects them.

mod context;

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderValue;
use http::header::HeaderName;
use serde::Deserialize;
use serde_json::Value;

use super::{Plugin, Setting, parse};
use crate::exchange::Exchange;
use crate::exit::Exit;
use context::TraceContext;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Kong's `tracing_sampling_rate` is 0.01 unless kong.conf says otherwise.
const DEFAULT_SAMPLING_RATE: f64 = 0.01;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    sampling_rate: Option<f64>,
    propagation: Propagation,
    http_response_header_for_traceid: Option<String>,
    /// Where spans would go, and how: nothing is sent from here.
    #[serde(rename = "traces_endpoint")]
    _traces_endpoint: Option<String>,
    #[serde(rename = "logs_endpoint")]
    _logs_endpoint: Option<String>,
    #[serde(default, rename = "headers")]
    _headers: BTreeMap<String, String>,
    #[serde(default, rename = "resource_attributes")]
    _resource_attributes: BTreeMap<String, String>,
    #[serde(rename = "queue")]
    _queue: Option<Value>,
    #[serde(rename = "connect_timeout")]
    _connect_timeout: Option<u64>,
    #[serde(rename = "send_timeout")]
    _send_timeout: Option<u64>,
    #[serde(rename = "read_timeout")]
    _read_timeout: Option<u64>,
}

/// Unless all three are said, Kong looks for the headers of seven systems and answers in the one it found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Propagation {
    extract: Vec<Format>,
    inject: Vec<Format>,
    #[serde(rename = "default_format")]
    _default_format: Format,
    #[serde(default)]
    clear: Vec<String>,
}

#[derive(Deserialize)]
enum Format {
    #[serde(rename = "w3c")]
    W3c,
}

struct OpenTelemetry {
    sampling_rate: f64,
    extracts: bool,
    injects: bool,
    clear: Vec<HeaderName>,
    trace_id_header: Option<HeaderName>,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    let header = |field: &str, name: &str| {
        let header = name.parse::<HeaderName>();
        header.map_err(|_| format!("config.{field}: `{name}` is not a header's name"))
    };
    let clear = config.propagation.clear.iter();
    let clear = clear.map(|name| header("propagation.clear", name));
    let trace_id_header = config.http_response_header_for_traceid.as_deref();
    let trace_id_header =
        trace_id_header.map(|name| header("http_response_header_for_traceid", name));
    // Not again with every reload.
    setting.shared.told_of_spans.call_once(|| {
        tracing::info!(
            "{}: traces are continued, but no spans are sent from here",
            setting.plugin.at
        );
    });
    Ok(Arc::new(OpenTelemetry {
        sampling_rate: config.sampling_rate.unwrap_or(DEFAULT_SAMPLING_RATE),
        extracts: !config.propagation.extract.is_empty(),
        injects: !config.propagation.inject.is_empty(),
        clear: clear.collect::<Result<_, _>>()?,
        trace_id_header: trace_id_header.transpose()?,
    }))
}

impl Plugin for OpenTelemetry {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        let extracted = exchange.header(TRACEPARENT).filter(|_| self.extracts);
        let context = match extracted.and_then(TraceContext::parse) {
            Some(caller) => caller.child(),
            None => TraceContext::begin(self.sampling_rate),
        };
        for name in &self.clear {
            exchange.headers.remove(name);
        }
        if self.injects {
            exchange.set_header(TRACEPARENT, Some(&context.to_string()));
        }
        if let Some(name) = &self.trace_id_header
            && let Ok(id) = HeaderValue::from_str(&context.trace_id())
        {
            exchange.answer_headers.insert(name.clone(), id);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
