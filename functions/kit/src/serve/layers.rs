//! Around every request: a bound in time, and an answer even where a handler panics.

use std::{panic::AssertUnwindSafe, time::Duration};

use ::http::header::CONTENT_LENGTH;
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use tokio::time::timeout;

use crate::{Problem, resilience::Deadline};

/// Bodies that are read whole before anything is decided.
const BODY_BYTES_AWAITED: usize = 64 * 1024;
/// Until the answer begins, and no longer than the caller waits; what is streamed may take longer. Knative's own bound is a minute.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn observe(request: Request, next: Next) -> Response {
    super::observe::observe(request, async |request| answer(request, next).await).await
}

/// Takes a small body in before anybody decides about the request. Whoever is refused without being heard out finds the connection
/// closed under what he is still sending, and may lose the answer: HTTP/1.1 has no other way (RFC 9112, 9.6).
pub(super) async fn hear_out(request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if !length.is_some_and(|bytes| (1..=BODY_BYTES_AWAITED).contains(&bytes)) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match to_bytes(body, BODY_BYTES_AWAITED).await {
        Ok(bytes) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Err(_) => Problem::bad_request("The body broke off.").into_response(),
    }
}

/// Everything that is asked of others on the way goes by the same deadline.
async fn answer(request: Request, next: Next) -> Response {
    let deadline = Deadline::of(request.headers(), ANSWER_TIMEOUT);
    if deadline.left().is_zero() {
        return Problem::unavailable("There was no time left to answer.", 1).into_response();
    }
    let answering = deadline.scope(AssertUnwindSafe(next.run(request)).catch_unwind());
    match timeout(deadline.left(), answering).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Problem::internal("a handler panicked").into_response(),
        Err(_) => Problem::unavailable("It took too long; try again.", 1).into_response(),
    }
}
