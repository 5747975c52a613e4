//! What happens to headers between the activator and the function, and back.

use axum::body::Body;
use http::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION,
    TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{Request, Uri, Version, response};

use super::forwarded;

const K_NETWORK_HASH: HeaderName = HeaderName::from_static("k-network-hash");
const K_ORIGINAL_HOST: HeaderName = HeaderName::from_static("k-original-host");
const K_PROXY_REQUEST: HeaderName = HeaderName::from_static("k-proxy-request");
const REVISION: HeaderName = HeaderName::from_static("knative-serving-revision");
const NAMESPACE: HeaderName = HeaderName::from_static("knative-serving-namespace");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Everything on the way from the ingress to the function stands on this machine.
const HOP: &str = "127.0.0.1";

/// Makes of a request to the Service one to its function.
pub(crate) fn to_function(request: &mut Request<Body>) {
    if !request.headers().contains_key(HOST)
        && let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().insert(HOST, host);
    }
    origin_form(request.uri_mut());
    *request.version_mut() = Version::HTTP_11;
    let headers = request.headers_mut();
    remove_hop_by_hop(headers);
    through_activator(headers);
    through_queue_proxy(headers);
}

/// Makes of the function's answer one of the Service.
pub(crate) fn from_function(head: &mut response::Parts) {
    head.version = Version::HTTP_11;
    remove_hop_by_hop(&mut head.headers);
}

fn origin_form(uri: &mut Uri) {
    let path = uri.path_and_query().cloned();
    *uri = path.map_or_else(Uri::default, Uri::from);
}

fn through_activator(headers: &mut HeaderMap) {
    if !headers.contains_key(X_FORWARDED_PROTO) {
        // Kourier's Envoy says so.
        headers.insert(X_FORWARDED_PROTO, HeaderValue::from_static("http"));
    }
    headers.remove(K_NETWORK_HASH);
    headers.insert(K_PROXY_REQUEST, HeaderValue::from_static("activator"));
    append_hop(headers);
}

fn through_queue_proxy(headers: &mut HeaderMap) {
    forwarded::shim(headers);
    headers.remove(REVISION);
    headers.remove(NAMESPACE);
    if let Some(host) = headers.remove(K_ORIGINAL_HOST)
        && !host.is_empty()
    {
        headers.insert(HOST, host);
    }
    append_hop(headers);
}

/// As Go's reverse proxy: all there are become one.
fn append_hop(headers: &mut HeaderMap) {
    let hops: Vec<&[u8]> = headers
        .get_all(X_FORWARDED_FOR)
        .iter()
        .map(HeaderValue::as_bytes)
        .chain([HOP.as_bytes()])
        .collect();
    if let Ok(hops) = HeaderValue::from_bytes(&hops.join(&b", "[..])) {
        headers.insert(X_FORWARDED_FOR, hops);
    }
}

/// RFC 9110, 7.6.1, and the others that Go's reverse proxy removes. `TE: trailers` stays.
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    for name in named_by_connection(headers) {
        headers.remove(name);
    }
    let trailers = headers
        .get(TE)
        .is_some_and(|te| te.as_bytes().eq_ignore_ascii_case(b"trailers"));
    for name in [
        CONNECTION,
        PROXY_CONNECTION,
        KEEP_ALIVE,
        PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ] {
        headers.remove(name);
    }
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
}

fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(headers: &[(&str, &str)]) -> Request<Body> {
        let mut request = Request::get("http://orders.souk.svc.cluster.local/v1/orders?limit=2");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        to_function(&mut request);
        request
    }

    fn all(request: &Request<Body>) -> Vec<(&str, &str)> {
        let mut headers: Vec<(&str, &str)> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        headers.sort_unstable();
        headers
    }

    #[test]
    fn a_plain_request_gets_what_the_runtime_contract_promises() {
        let request = sent(&[]);
        assert_eq!(request.uri(), "/v1/orders?limit=2");
        let expected = [
            ("forwarded", "for=127.0.0.1;proto=http"),
            ("host", "orders.souk.svc.cluster.local"),
            ("k-proxy-request", "activator"),
            ("x-forwarded-for", "127.0.0.1, 127.0.0.1"),
            ("x-forwarded-proto", "http"),
        ];
        assert_eq!(all(&request), expected);
    }

    #[test]
    fn what_is_between_ingress_and_queue_proxy_does_not_reach_the_function() {
        let request = sent(&[
            ("host", "10.0.0.1"),
            ("k-original-host", "shop.example"),
            ("k-network-hash", "abc"),
            ("k-network-probe", "queue"),
            ("knative-serving-revision", "orders-00001"),
            ("knative-serving-namespace", "souk"),
            ("knative-serving-tag", "blue"),
            ("x-forwarded-for", "10.1.1.1"),
            ("forwarded", "for=10.1.1.1"),
        ]);
        let expected = [
            ("forwarded", "for=10.1.1.1"),
            ("host", "shop.example"),
            ("k-network-probe", "queue"),
            ("k-proxy-request", "activator"),
            ("knative-serving-tag", "blue"),
            ("x-forwarded-for", "10.1.1.1, 127.0.0.1, 127.0.0.1"),
            ("x-forwarded-proto", "http"),
        ];
        assert_eq!(all(&request), expected);
    }

    #[test]
    fn hop_by_hop_headers_end_here_and_those_that_connection_names() {
        let request = sent(&[
            ("connection", "close, X-Private"),
            ("x-private", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("x-kept", "1"),
        ]);
        let kept: Vec<&str> = all(&request).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            kept,
            [
                "forwarded",
                "host",
                "k-proxy-request",
                "te",
                "x-forwarded-for",
                "x-forwarded-proto",
                "x-kept"
            ]
        );
    }
}
