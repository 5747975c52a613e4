//! One request to one instance, over a connection that is open already or a new one.

use std::error::Error;
use std::io;

use axum::body::Body;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Method, Request, response};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::SendRequest;

use crate::instance::Instance;
use crate::pool::connect;

/// A shorter answer with `Content-Length` leaves the real proxies only when it is complete (the buffer of Go's server).
/// So it can still become another answer when the function breaks off or takes too long.
const SENT_AS_A_WHOLE_UP_TO: u64 = 2048;

/// What came back.
pub(crate) enum Answer {
    /// All of it.
    Whole(response::Parts, Bytes),
    /// Its head; the body is on the way.
    Begun(response::Parts, Incoming, SendRequest<Body>),
}

/// Why nothing came back.
pub(crate) enum Failure {
    /// No connection: nothing was sent, so that the request can go to any instance.
    Refused(Box<Request<Body>>, io::Error),
    /// The function may have run. The text is the one of Go's proxy.
    Broken(String),
}

/// Sends `request` to `instance`.
///
/// A request that a reused connection lost before anything of it was written is sent over the next one. One that was
/// written and got no answer is sent a second time when it reads only, as Go's transport does; never a third time.
pub(crate) async fn send(
    instance: &Instance,
    mut request: Request<Body>,
) -> Result<Answer, Failure> {
    while let Some(connection) = instance.pool().take() {
        let again = second(&request);
        match exchange(instance, connection, request).await {
            Ok(answer) => return Ok(answer),
            Err(Lost {
                unsent: Some(unsent),
                ..
            }) => request = *unsent,
            Err(Lost { error, .. }) => {
                return match again {
                    Some(again) => over_a_new_connection(instance, again).await,
                    None => Err(Failure::Broken(error)),
                };
            }
        }
    }
    over_a_new_connection(instance, request).await
}

/// Nobody listens when the process has just ended: then the request is another instance's.
async fn over_a_new_connection(
    instance: &Instance,
    request: Request<Body>,
) -> Result<Answer, Failure> {
    match connect(instance.address()).await {
        Ok(connection) => exchange(instance, connection, request)
            .await
            .map_err(|lost| Failure::Broken(lost.error)),
        Err(error) => Err(Failure::Refused(Box::new(request), error)),
    }
}

/// In the words of Go's `net` package.
pub(crate) fn not_connected(instance: &Instance, error: &io::Error) -> String {
    let what = match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::TimedOut => "i/o timeout".to_owned(),
        _ => error.to_string(),
    };
    format!("dial tcp {}: connect: {what}", instance.address())
}

/// A request that changes nothing and has no body can be sent a second time.
fn second(request: &Request<Body>) -> Option<Request<Body>> {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
    if !reads.contains(request.method()) || !request.body().is_end_stream() {
        return None;
    }
    let mut again = Request::new(Body::empty());
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.headers_mut() = request.headers().clone();
    Some(again)
}

/// A request without an answer.
struct Lost {
    unsent: Option<Box<Request<Body>>>,
    error: String,
}

async fn exchange(
    instance: &Instance,
    mut connection: SendRequest<Body>,
    request: Request<Body>,
) -> Result<Answer, Lost> {
    let response = connection.try_send_request(request).await;
    let response = response.map_err(|mut error| Lost {
        unsent: error.take_message().map(Box::new),
        error: in_words_of_go(error.error()),
    })?;
    let (head, body) = response.into_parts();
    if !body.is_end_stream() && !is_short(&head) {
        return Ok(Answer::Begun(head, body, connection));
    }
    let whole = body.collect().await.map_err(|error| Lost {
        unsent: None,
        error: in_words_of_go(&error),
    })?;
    instance.pool().put(connection);
    Ok(Answer::Whole(head, whole.to_bytes()))
}

fn is_short(head: &response::Parts) -> bool {
    head.headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok())
        .is_some_and(|length| length <= SENT_AS_A_WHOLE_UP_TO)
}

fn in_words_of_go(error: &hyper::Error) -> String {
    let broken = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    match broken.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionReset) => "read: connection reset by peer".to_owned(),
        Some(io::ErrorKind::BrokenPipe) => "write: broken pipe".to_owned(),
        Some(io::ErrorKind::UnexpectedEof) => "EOF".to_owned(),
        _ if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => {
            "EOF".to_owned()
        }
        _ => error.to_string(),
    }
}
