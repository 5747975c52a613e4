//! What one span tells of the flow: from where to where something went.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::record::{Micros, SpanKind, TracedSpan};

/// One thing that went from one part to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) kind: &'static str,
    pub(super) label: String,
}

/// What one span tells of the flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(super) edge: Option<Edge>,
    pub(super) error: bool,
    pub(super) request: bool,
    pub(super) event: bool,
    pub(super) trace_id: [u8; 16],
    /// When it began.
    pub(super) at: Micros,
}

impl Heard {
    /// By the semantic conventions that gateway, broker and functions keep.
    pub(crate) fn of(traced: &TracedSpan, attributes: &Map<String, Value>) -> Self {
        let span = &traced.span;
        let text = |name: &str| attributes.get(name).and_then(Value::as_str);
        let peer = || callee(text("server.address"), text("peer.service"));
        let event_type = || text("cloudevents.event_type").unwrap_or(&span.name);
        let edge = |from: &str, to: &str, kind, label: &str| {
            Some(Edge {
                from: first_label(from).to_owned(),
                to: first_label(to).to_owned(),
                kind,
                label: label.to_owned(),
            })
        };
        let service = span.service.as_str();
        let (is_gateway, is_broker) = (service == "gateway", service == "broker");
        let found = match span.kind {
            SpanKind::Server if is_gateway => {
                let to = peer().or_else(|| text("kong.service.name"));
                to.and_then(|to| edge("gateway", to, "request", &span.name))
            }
            SpanKind::Client if text("db.system.name").is_none() => {
                peer().and_then(|to| edge(service, to, "request", &span.name))
            }
            SpanKind::Producer if !is_broker => edge(service, "broker", "event", event_type()),
            SpanKind::Consumer if !is_broker => edge("broker", service, "event", event_type()),
            // The one who did not answer has no span of its own.
            SpanKind::Producer if span.error => {
                let to = text("souk.trigger").map(consumer);
                to.and_then(|to| edge("broker", to, "event", event_type()))
            }
            _ => None,
        };
        Self {
            edge: found,
            error: span.error,
            request: is_gateway && span.kind == SpanKind::Server,
            event: is_broker && span.kind == SpanKind::Consumer,
            trace_id: traced.trace_id,
            at: span.start_us,
        }
    }
}

/// Who is asked. Within the cluster the address says it; what the caller calls it may be what it is asked for, such as `keys`. The
/// API of Kubernetes is a part of the platform, as a database is.
fn callee<'a>(address: Option<&'a str>, called: Option<&'a str>) -> Option<&'a str> {
    match address {
        Some(host) if host.starts_with("kubernetes.default.svc") => None,
        Some(host) if first_label(host) != host => address,
        _ => called.or(address),
    }
}

/// `orders.souk.svc.cluster.local` is called `orders`; an address stays as it is.
fn first_label(host: &str) -> &str {
    match host.split_once('.') {
        Some((name, rest)) if rest.ends_with("svc.cluster.local") => name,
        _ => host,
    }
}

/// Triggers are called `[<namespace>/]<consumer>-on-<what happened>`.
fn consumer(trigger: &str) -> &str {
    let name = trigger.rsplit_once('/').map_or(trigger, |(_, name)| name);
    name.split_once("-on-")
        .map_or(name, |(consumer, _)| consumer)
}
