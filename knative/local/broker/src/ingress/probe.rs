//! Probes: the kubelet's and those of Knative's network layer.

use axum::body::Body;
use http::request::Parts;
use http::{Method, Response, StatusCode};

use super::status;

/// The answer when the request is a probe.
pub(super) fn answer(parts: &Parts) -> Option<Response<Body>> {
    if parts.method != Method::GET {
        return None;
    }
    if matches!(parts.uri.path(), "/healthz" | "/readyz") {
        return Some(status(StatusCode::OK));
    }
    let probed = parts.headers.get("k-network-probe")? == "probe";
    let hash = parts.headers.get("k-network-hash")?;
    probed.then(|| {
        let mut answer = status(StatusCode::OK);
        answer.headers_mut().insert("k-network-hash", hash.clone());
        answer
    })
}
