//! What `kafka-broker-ingress` answers: the order of its checks, its status codes, its empty bodies.

mod binary;
mod checks;
mod probe;
mod size;
mod structured;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Request, Response, StatusCode};
use souk_network::Spans;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::attribute;
use crate::body::{ReadFailure, read_all};
use crate::event::{Event, TRACE_HEADERS};
use crate::log::{Log, Topic};
use crate::metrics::{Metrics, Part};
use crate::trace::Receiving;
use std::collections::BTreeMap;

pub(crate) use size::fits_into_a_record;

/// How long the real ingress waits for Kafka (`max.block.ms`).
const WAIT_AT_MOST: Duration = Duration::from_secs(60);

/// More than a record can hold is still read up to here, so that a malformed event is told from one that is too large.
const BODY_BYTES_MAX: usize = 4 << 20;

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    UriTooLong,
    HeadersTooLarge,
    NotPost,
    UnknownBroker,
    /// Never to be accepted.
    BadEvent(String),
    /// The sender shall try again, although for an event that is too large it is in vain.
    Unavailable(String),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::NotPost => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnknownBroker => StatusCode::NOT_FOUND,
            Self::BadEvent(_) => StatusCode::BAD_REQUEST,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// In few words, for a span.
    fn why(&self) -> &str {
        match self {
            Self::BadEvent(why) | Self::Unavailable(why) => why,
            Self::UriTooLong | Self::HeadersTooLarge | Self::NotPost | Self::UnknownBroker => {
                "refused"
            }
        }
    }

    /// None: the status says it.
    fn reason(self) -> Option<Reason> {
        match self {
            Self::BadEvent(why) | Self::Unavailable(why) => Some(Reason(why.into())),
            Self::UriTooLong | Self::HeadersTooLarge | Self::NotPost | Self::UnknownBroker => None,
        }
    }

    /// The sender sees an empty body, as on the cluster; who runs the shop sees the reason.
    fn log(&self, path: &str) {
        match self {
            Self::BadEvent(why) => tracing::warn!(path, why, "an event was refused (400)"),
            Self::Unavailable(why) => tracing::error!(path, why, "an event was refused (503)"),
            other => tracing::debug!(path, ?other, "a request to the broker was refused"),
        }
    }
}

/// Why an event was refused: among the extensions of the answer, where nobody in the cluster sees it.
#[derive(Debug, Clone)]
pub struct Reason(pub Arc<str>);

/// Takes events for all brokers.
#[derive(Clone)]
pub(crate) struct Ingress {
    log: Log,
    closed: CancellationToken,
    spans: Spans,
    metrics: Arc<Metrics>,
}

impl Ingress {
    pub(crate) fn new(
        log: Log,
        closed: CancellationToken,
        spans: Spans,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            log,
            closed,
            spans,
            metrics,
        }
    }

    pub(crate) async fn answer(self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        if let Some(answer) = probe::answer(&parts) {
            return answer;
        }
        match self.take(&parts, body).await {
            Ok(()) => status(StatusCode::ACCEPTED),
            Err(refusal) => {
                refusal.log(parts.uri.path());
                let mut answer = status(refusal.status());
                if let Some(reason) = refusal.reason() {
                    answer.extensions_mut().insert(reason);
                }
                answer
            }
        }
    }

    async fn take(&self, parts: &Parts, body: Body) -> Result<(), Refusal> {
        checks::of_request(parts)?;
        let topic = checks::broker(parts.uri.path(), self.log.topics())?;
        if self.closed.is_cancelled() {
            return Err(Refusal::Unavailable(
                "the broker is being stopped".to_owned(),
            ));
        }
        let mut event = read(&parts.headers, body).await?;
        if !fits_into_a_record(&event) {
            return Err(too_large(&event.named()));
        }
        let receiving = Receiving::begin(&self.spans, topic.name(), &mut event, None);
        let event_type = event.attribute("type").unwrap_or_default().to_owned();
        let begun = Instant::now();
        let stored = self.store(topic, event).await;
        let refusal = stored.as_ref().err();
        receiving.end(&self.spans, refusal.map_or(Ok(()), |why| Err(why.why())));
        let status = refusal.map_or(StatusCode::ACCEPTED, Refusal::status);
        let part = Part::Receiver(topic.name().clone());
        self.metrics
            .dispatched(part, &event_type, Some(status), begun.elapsed());
        stored
    }

    async fn store(&self, topic: &Arc<Topic>, event: Event) -> Result<(), Refusal> {
        match timeout(WAIT_AT_MOST, self.log.append(topic, event)).await {
            Ok(stored) => stored.map_err(|error| Refusal::Unavailable(error.to_string())),
            Err(_) => Err(Refusal::Unavailable("the disk did not answer".to_owned())),
        }
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Event, Refusal> {
    match read_all(body, BODY_BYTES_MAX).await {
        Ok(body) => parse(headers, body).map_err(|Malformed(why)| Refusal::BadEvent(why)),
        Err(ReadFailure::Broken(why)) => Err(Refusal::BadEvent(why)),
        Err(ReadFailure::TooLarge) => Err(oversized(headers)),
    }
}

/// In binary mode the head can be malformed whatever the body is.
fn oversized(headers: &HeaderMap) -> Refusal {
    match parse(headers, Bytes::new()) {
        Err(Malformed(why)) if !structured::is(headers) => Refusal::BadEvent(why),
        _ => too_large("an event"),
    }
}

fn too_large(what: &str) -> Refusal {
    Refusal::Unavailable(format!(
        "{what} is larger than a Kafka record may be (1 MiB); it will never be accepted"
    ))
}

fn status(code: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = code;
    answer
}

/// What is wrong with an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

/// Whether a message claims to be an event; if not, it is not even a malformed one.
pub(crate) fn is_event(headers: &HeaderMap) -> bool {
    structured::is(headers) || headers.contains_key("ce-specversion")
}

/// Reads one event from a request, or from an answer.
pub(crate) fn parse(headers: &HeaderMap, body: Bytes) -> Result<Event, Malformed> {
    let mut event = if structured::is(headers) {
        structured::parse(&body)?
    } else if headers.contains_key("ce-specversion") {
        binary::parse(headers, body)
    } else {
        let kind = headers.get(CONTENT_TYPE);
        return Err(Malformed(format!(
            "it is no event: content type {kind:?} without ce-specversion"
        )));
    };
    checks::complete(&mut event)?;
    event.trace = trace(headers);
    Ok(event)
}

fn trace(headers: &HeaderMap) -> BTreeMap<String, String> {
    let value = |name| {
        let value: &http::HeaderValue = headers.get(name)?;
        Some((String::from(name), attribute::from_header(value.as_bytes())))
    };
    TRACE_HEADERS.into_iter().filter_map(value).collect()
}
