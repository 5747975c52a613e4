//! The head of a request as the upstream sees it.

use http::header::{CONNECTION, EXPECT, HOST, HeaderName, TE, VIA};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use crate::answer::KONG_VIA;
use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::hop::remove_hop_by_hop;
use crate::table::{Route, Service};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PATH: HeaderName = HeaderName::from_static("x-forwarded-path");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-kong-request-id");
const PROXY: HeaderName = HeaderName::from_static("proxy");

/// `http://host:port/path?query`. An empty query stays an empty query.
pub(crate) fn uri(exchange: &Exchange, service: &Service) -> Result<Uri, Box<Exit>> {
    let mut uri = format!("{}{}", service.base_url, exchange.upstream_path);
    if let Some(query) = &exchange.query {
        uri.push('?');
        uri.push_str(query);
    }
    uri.parse()
        .map_err(|_| Exit::nginx(StatusCode::BAD_REQUEST, "Bad request"))
}

/// All headers.
pub(crate) fn headers(exchange: &Exchange, route: &Route) -> HeaderMap {
    let mut headers = exchange.headers.clone();
    let takes_trailers = takes_trailers(&headers);
    remove_hop_by_hop(&mut headers);
    headers.remove(PROXY);
    // The gateway itself has told the client to go on.
    headers.remove(EXPECT);
    if takes_trailers {
        headers.insert(CONNECTION, TE.into());
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    set_forwarded(&mut headers, exchange, route);
    add_via(&mut headers);
    headers.insert(HOST, host(exchange, route));
    headers
}

fn takes_trailers(headers: &HeaderMap) -> bool {
    let te = headers
        .get(TE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    te.split(',')
        .any(|coding| coding.trim().eq_ignore_ascii_case("trailers"))
}

/// Nobody is trusted to have set these before, but for the addresses that a request has already come through.
fn set_forwarded(headers: &mut HeaderMap, exchange: &Exchange, route: &Route) {
    let client = exchange.client.to_string();
    let before = exchange.header(FORWARDED_FOR);
    let forwarded_for = before.map(|before| format!("{before}, {client}"));
    let prefix = exchange
        .matched
        .as_ref()
        .and_then(|matched| matched.prefix.as_deref());
    let prefix = prefix.filter(|prefix| route.strip_path && *prefix != "/");
    set(
        headers,
        FORWARDED_FOR,
        Some(forwarded_for.as_deref().unwrap_or(&client)),
    );
    set(headers, FORWARDED_PROTO, Some("http"));
    set(headers, FORWARDED_HOST, Some(exchange.host_name()));
    set(headers, FORWARDED_PORT, Some(&exchange.port.to_string()));
    set(headers, FORWARDED_PATH, Some(&exchange.raw_path));
    set(headers, FORWARDED_PREFIX, prefix);
    set(headers, REAL_IP, Some(&client));
    set(headers, REQUEST_ID, Some(&exchange.id));
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: Option<&str>) {
    match value.and_then(|value| HeaderValue::from_str(value).ok()) {
        Some(value) => drop(headers.insert(name, value)),
        None => drop(headers.remove(name)),
    }
}

fn add_via(headers: &mut HeaderMap) {
    headers.append(VIA, HeaderValue::from_static(KONG_VIA));
}

fn host(exchange: &Exchange, route: &Route) -> HeaderValue {
    let preserved = exchange.headers.get(HOST).filter(|_| route.preserve_host);
    exchange
        .upstream_host
        .as_ref()
        .or(preserved)
        .unwrap_or(&route.service.authority)
        .clone()
}
