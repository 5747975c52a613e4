//! The span of one request, by the semantic conventions for HTTP servers.

use souk_network::{Kind, Span, Value};

use super::Traced;
use crate::record::Facts;

const SERVICE: &str = "gateway";
/// Methods that are called by their names; anybody can make up others.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
];
/// What any other method is called.
const OTHER: &str = "_OTHER";

/// From the first byte of the request to the last of the answer. The query is left out: a token may stand there.
pub(super) fn of(facts: &Facts, traced: Traced) -> Span {
    let request = &facts.request;
    let method = METHODS.into_iter().find(|known| request.method == *known);
    let method = method.unwrap_or(OTHER);
    let name = match &request.pattern {
        Some(pattern) => format!("{method} {pattern}"),
        None => method.to_owned(),
    };
    let started = request.arrived_at.into();
    let mut span = Span::of(
        traced.context,
        traced.caller,
        SERVICE,
        name,
        Kind::Server,
        started,
    );
    span.ended = started + facts.total;
    span.error = (facts.status >= 500).then(|| facts.status.to_string());
    span.attributes = vec![
        ("http.request.method", method.into()),
        ("url.path", request.path.as_str().into()),
        ("http.response.status_code", facts.status.into()),
        ("kong.route.name", facts.route.as_ref().into()),
        ("kong.service.name", facts.service.as_ref().into()),
        ("kong.request.id", request.id.as_str().into()),
    ];
    let mut add = |name, value: Option<&str>| {
        span.attributes
            .extend(value.map(|value| (name, Value::from(value))));
    };
    add("http.route", request.pattern.as_deref());
    add("server.address", request.upstream_host.as_deref());
    add("error.type", span.error.as_deref());
    span
}
