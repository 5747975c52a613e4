//! The answers that do not come from a function: status codes and texts of the real activator and queue-proxy.

use axum::body::Body;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::{Response, StatusCode};
use souk_plan::model::ObjectName;

use crate::balancer::Refusal;

/// Also put at the end of an answer that takes too long after it has begun.
pub(crate) const TIMED_OUT: &str = "activator request timeout";

/// `timeoutSeconds`, or one of the other two limits, without a byte of an answer.
pub(crate) fn timed_out() -> Response<Body> {
    answer(StatusCode::GATEWAY_TIMEOUT, TIMED_OUT.to_owned())
}

/// When whoever got no instance may come again.
const RETRY_AFTER_SECONDS: u32 = 1;

/// No instance for this request.
pub(crate) fn refused(why: &Refusal) -> Response<Body> {
    let mut answer = error(StatusCode::SERVICE_UNAVAILABLE, &why.to_string());
    let soon = HeaderValue::from(RETRY_AFTER_SECONDS);
    answer.headers_mut().insert(RETRY_AFTER, soon);
    answer
}

/// The instance did not answer; the text says what happened to the connection.
pub(crate) fn bad_gateway(what: &str) -> Response<Body> {
    error(StatusCode::BAD_GATEWAY, what)
}

/// There is no such Service.
pub(crate) fn unknown_service(service: &ObjectName) -> Response<Body> {
    let text = format!(
        "Error getting active endpoint: revision.serving.knative.dev of \"{}/{}\" not found",
        service.namespace, service.name
    );
    error(StatusCode::NOT_FOUND, &text)
}

/// Something that Knative does and this does not.
pub(crate) fn not_supported(what: &str) -> Response<Body> {
    let text = format!("{what} is not supported by souk; Knative passes it through");
    error(StatusCode::NOT_IMPLEMENTED, &text)
}

/// As Go's `http.Error`: plain text, one line.
fn error(status: StatusCode, text: &str) -> Response<Body> {
    let mut answer = answer(status, format!("{text}\n"));
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    let as_it_says = HeaderValue::from_static("nosniff");
    answer
        .headers_mut()
        .insert(X_CONTENT_TYPE_OPTIONS, as_it_says);
    answer
}

fn answer(status: StatusCode, text: String) -> Response<Body> {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    answer
}
