//! The question: which keys and machine clients are there?

use axum::body::{Body, to_bytes};
use http::header::{ACCEPT, ETAG, HOST};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use souk_network::Network;

use super::kept::Known;
use super::version_of;

/// A thousand clients and their like fit in.
const STATE_BYTES: usize = 1024 * 1024;

/// Asks identity for its state, or says why there is none.
pub(super) async fn state(source: &Uri, network: &dyn Network) -> Result<Known, String> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = source.clone();
    let host = source
        .authority()
        .map(|host| HeaderValue::from_str(host.as_str()));
    let headers = request.headers_mut();
    if let Some(Ok(host)) = host {
        headers.insert(HOST, host);
    }
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let answer = network.call(request).await;
    if answer.status() != StatusCode::OK {
        return Err(format!("answered {}", answer.status()));
    }
    let version = version_of_body(&answer).ok_or("the answer does not say which state it is")?;
    let body = to_bytes(answer.into_body(), STATE_BYTES).await;
    let body = body.map_err(|error| format!("the answer broke off: {error}"))?;
    let state = serde_json::from_slice(&body).map_err(|error| format!("no state: {error}"))?;
    Ok(Known { version, state })
}

/// What the body is; the header that all answers have may name a state that came a moment later.
fn version_of_body(answer: &Response<Body>) -> Option<String> {
    let tag = answer.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
    let tag = tag.map(|tag| tag.trim_start_matches("W/").trim_matches('"'));
    tag.or_else(|| version_of(answer)).map(str::to_owned)
}
