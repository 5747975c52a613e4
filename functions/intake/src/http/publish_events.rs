//! `POST /v1/events`: a publisher says something. It is answered when the broker has it.

use std::future::ready;

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::HeaderMap,
};
use cloudevents::Event;
use futures::{StreamExt, TryStreamExt, stream};
use souk_kit::{
    Access, Answer, Caller, Problem, Role, Sink,
    api::{Doc, Status},
    sink::SinkError,
    telemetry,
};

use super::{
    described,
    refusal::{Found, refuse},
    wire::{self, Posted},
};
use crate::{
    BODY_BYTES_MAX,
    domain::{Candidate, Publisher, SCOPE_PREFIX, check},
};

/// How many events of one request are on their way at the same time.
const IN_FLIGHT_MAX: usize = 16;
const TRY_AGAIN_AFTER_SECONDS: u32 = 5;

pub(crate) const PUBLISH_EVENTS: Doc = Doc::new("Publish CloudEvents", Access::any_scope(&[Role::Machine], SCOPE_PREFIX))
    .about(
        "One event in binary or structured mode, or a batch that is taken whole or not at all (CloudEvents 1.0, HTTP \
         binding). It is answered when the broker has it. The same event again, by source and id, counts once. A machine \
         client may send the event types that its scopes name (`publish:<event type>`), with `/publishers/<client id>` as \
         their source.",
    )
    .body_limit(BODY_BYTES_MAX)
    .unkept("each event has a key of its own, its source and id, by which those who hear it know it again.")
    .says(&[(202, "The broker has all of it.")])
    .refuses(&[
        (400, "bad-request", "The body cannot be read."),
        (400, "invalid-event", "Events break the rules; `errors` names each mistake."),
        (403, "forbidden", "Something is not this publisher's to say; `errors` says what."),
        (413, "batch-too-large", "The batch has too many events."),
        (415, "unsupported-media-type", "It is sent as none of the media types that are taken."),
    ])
    .also(described::describe);

pub(crate) async fn publish_events(
    State(sink): State<Sink>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<Status<202, ()>> {
    let posted = wire::read(&headers, &body?)?;
    let publisher = Publisher::new(&caller.client, caller.scopes());
    let events = accept(posted, &publisher)?;
    forward(&sink, events).await?;
    Ok(Status(()))
}

/// Every event, or every mistake in any of them.
fn accept(posted: Posted, publisher: &Publisher<'_>) -> Answer<Vec<Event>> {
    let candidates: Vec<(Option<usize>, Candidate)> = match posted {
        Posted::One(candidate) => vec![(None, candidate)],
        Posted::Batch(batch) => (0..).map(Some).zip(batch).collect(),
    };
    let (mut events, mut found) = (Vec::new(), Vec::<Found>::new());
    for (index, candidate) in candidates {
        match check(candidate, publisher) {
            Ok(event) => events.push(event),
            Err(mistakes) => found.extend(mistakes.into_iter().map(|mistake| (index, mistake))),
        }
    }
    if found.is_empty() {
        return Ok(events);
    }
    tracing::warn!(
        publisher = publisher.name,
        mistakes = found.len(),
        "events were refused"
    );
    Err(refuse(&found))
}

/// Nothing is tried twice here: the publisher, who waits for the answer, repeats everything, and consumers recognise what
/// they have heard before.
async fn forward(sink: &Sink, events: Vec<Event>) -> Answer<()> {
    let traceparent = telemetry::traceparent();
    let send = |event: Event| {
        let (sink, traceparent) = (sink.clone(), traceparent.clone());
        async move { sink.send(&event, traceparent.as_deref()).await }
    };
    let sent = stream::iter(events.into_iter().map(send)).buffer_unordered(IN_FLIGHT_MAX);
    sent.try_for_each(|()| ready(Ok(()))).await.map_err(unsent)
}

fn unsent(error: SinkError) -> Problem {
    if !error.passes() {
        return Problem::internal(error);
    }
    tracing::warn!(%error, "events could not be forwarded");
    let detail = "The broker does not take events at the moment; send all of them again.";
    Problem::unavailable(detail, TRY_AGAIN_AFTER_SECONDS)
}
