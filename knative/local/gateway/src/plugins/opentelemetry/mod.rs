//! opentelemetry: continues the caller's trace in what the upstream sees, or begins one, and makes one span of each request.
//!
//! Spans are handed over within the process. A gateway that stands alone before a cluster has nobody to hand them to and makes none.

mod span;

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderValue;
use http::header::HeaderName;
use serde::Deserialize;
use serde_json::Value;
use souk_network::TraceContext;

use super::{Plugin, Setting, parse};
use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::record::Facts;
use crate::shared::Shared;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Kong's `tracing_sampling_rate` is 0.01 unless kong.conf says otherwise.
const DEFAULT_SAMPLING_RATE: f64 = 0.01;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    sampling_rate: Option<f64>,
    propagation: Propagation,
    http_response_header_for_traceid: Option<String>,
    /// Where spans go on a cluster, and how: here they are handed over within the process.
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
    shared: Arc<Shared>,
    /// Where it is configured.
    at: String,
}

/// The span of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traced {
    pub(crate) context: TraceContext,
    /// The span of whoever sent the request. None: it begins the trace.
    pub(crate) caller: Option<u64>,
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
    Ok(Arc::new(OpenTelemetry {
        sampling_rate: config.sampling_rate.unwrap_or(DEFAULT_SAMPLING_RATE),
        extracts: !config.propagation.extract.is_empty(),
        injects: !config.propagation.inject.is_empty(),
        clear: clear.collect::<Result<_, _>>()?,
        trace_id_header: trace_id_header.transpose()?,
        shared: Arc::clone(setting.shared),
        at: setting.plugin.at.clone(),
    }))
}

impl OpenTelemetry {
    /// Puts this gateway's span between the caller and what the request causes.
    fn enter(&self, exchange: &mut Exchange) -> TraceContext {
        if !self.shared.spans.are_on() {
            self.shared.told_of_spans.call_once(|| {
                tracing::info!(
                    "{}: traces are continued, but no spans are sent from here",
                    self.at
                );
            });
        }
        let extracted = exchange.header(TRACEPARENT).filter(|_| self.extracts);
        let caller = extracted.and_then(parse_as_kong);
        let context = match caller {
            Some(caller) => caller.child(),
            None => TraceContext::begin(self.sampling_rate),
        };
        exchange.traced = Some(Traced {
            context,
            caller: caller.map(TraceContext::span_id),
        });
        context
    }
}

/// Kong takes version 00 alone, and capital letters with it.
fn parse_as_kong(text: &str) -> Option<TraceContext> {
    let is_version_00 = text.starts_with("00-");
    is_version_00.then(|| TraceContext::parse(&text.to_ascii_lowercase()))?
}

impl Plugin for OpenTelemetry {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        let context = self.enter(exchange);
        for name in &self.clear {
            exchange.headers.remove(name);
        }
        if self.injects {
            exchange.set_header(TRACEPARENT, Some(&context.to_string()));
        }
        if let Some(name) = &self.trace_id_header
            && let Ok(id) = HeaderValue::from_str(&format!("{:032x}", context.trace_id()))
        {
            exchange.answer_headers.insert(name.clone(), id);
        }
        Ok(())
    }

    fn refused(&self, exchange: &mut Exchange) {
        self.enter(exchange);
    }

    fn log(&self, facts: &Facts) {
        if self.shared.spans.are_on()
            && let Some(traced) = facts.traced.filter(|one| one.context.is_sampled())
        {
            self.shared.spans.take(span::of(facts, traced));
        }
    }
}

#[cfg(test)]
mod tests;
