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
    Answer, Problem, Sink,
    api::{Doc, Status},
    sink::SinkError,
    telemetry,
};

use super::{
    described,
    publisher::Recognised,
    refusal::{Found, refuse},
    wire::{self, Posted},
};
use crate::{
    BODY_BYTES_MAX,
    app::App,
    domain::{Candidate, Publisher, check},
};

/// How many events of one request are on their way at the same time.
const IN_FLIGHT_MAX: usize = 16;
const TRY_AGAIN_AFTER_SECONDS: u32 = 5;

pub(crate) const PUBLISH_EVENTS: Doc = Doc::new("Publish CloudEvents")
    .about(
        "One event in binary or structured mode, or a batch that is taken whole or not at all (CloudEvents 1.0, HTTP \
         binding). It is answered when the broker has it. The same event again, by source and id, counts once.",
    )
    .body_limit(BODY_BYTES_MAX)
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
    State(app): State<App>,
    Recognised(name): Recognised,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<Status<202, ()>> {
    let posted = wire::read(&headers, &body.map_err(unread)?)?;
    let events = accept(posted, &app.grants.publisher(&name))?;
    forward(&app.sink, events).await?;
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

fn unread(rejection: BytesRejection) -> Problem {
    Problem::new(rejection.status(), "body-too-large", rejection.body_text())
}

#[cfg(test)]
mod tests {
    use axum::http::{
        StatusCode,
        header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
    };
    use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
    use cloudevents::AttributesReader;
    use serde_json::{Value, json};

    use crate::testing::{Door, event};

    const STRUCTURED: &str = "application/cloudevents+json";
    const BATCH: &str = "application/cloudevents-batch+json";

    #[tokio::test]
    async fn each_of_the_three_modes_reaches_the_broker_in_binary_mode() {
        let mut door = Door::open().await;
        let structured = event("1");
        let mut base64 = event("2");
        let data = base64.as_object_mut().unwrap().remove("data").unwrap();
        base64["data_base64"] = BASE64.encode(data.to_string()).into();
        let batch = json!([event("3"), event("4")]);

        let binary = door.post_binary("0", &data).await;
        assert_eq!(binary.status, StatusCode::ACCEPTED, "{binary:?}");
        assert_eq!(binary.body, Value::Null, "it has a body");
        for (content_type, body) in [
            (STRUCTURED, &structured),
            ("Application/CloudEvents+JSON; charset=utf-8", &base64),
            (BATCH, &batch),
        ] {
            let answered = door.post(content_type, body.to_string()).await;
            assert_eq!(answered.status, StatusCode::ACCEPTED, "{answered:?}");
        }

        let mut ids = Vec::new();
        for _ in 0..5 {
            let sent = door.sent.next_sent().await;
            assert_eq!(sent.headers["content-type"], "application/json");
            assert_eq!(sent.headers["ce-partitionkey"], "DN-1");
            assert_eq!(
                Value::try_from(sent.event.data().unwrap().clone()).unwrap(),
                data
            );
            ids.push(sent.event.id().to_owned());
        }
        ids.sort();
        assert_eq!(ids, ["0", "1", "2", "3", "4"]);
    }

    #[tokio::test]
    async fn one_mistake_in_a_batch_keeps_all_of_it_from_the_broker_and_is_named_by_index_and_path()
    {
        let mut door = Door::open().await;
        let mut wrong = event("2");
        wrong["data"]["lines"][0]["quantity"] = json!(0);
        let batch = json!([event("1"), wrong, event("3")]);
        let refused = door.post(BATCH, batch.to_string()).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        let expected = json!([{
            "index": 1, "field": "data.lines[0].quantity", "detail": "a quantity is at least 1"
        }]);
        assert_eq!(refused.body["errors"], expected);
        assert!(door.sent.waiting().is_empty(), "something was forwarded");
    }

    #[tokio::test]
    async fn what_is_not_this_publishers_to_say_is_403_and_is_not_said() {
        let mut door = Door::open().await;
        let mut forged = event("1");
        forged["source"] = json!("/functions/inventory");
        let refused = door.post(STRUCTURED, forged.to_string()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(refused.body["errors"][0]["field"], "source");
        assert!(door.sent.waiting().is_empty(), "it was forwarded");
    }

    #[tokio::test]
    async fn who_did_not_come_through_the_gateway_is_nobody() {
        let door = Door::open().await;
        for consumer in [None, Some(""), Some(" ")] {
            let answered = door
                .post_as(consumer, STRUCTURED, event("1").to_string())
                .await;
            assert_eq!(answered.status, StatusCode::UNAUTHORIZED, "{consumer:?}");
            assert_eq!(answered.headers[WWW_AUTHENTICATE], "Key");
        }
        let stranger = door.post_as(Some("stranger"), STRUCTURED, event("1").to_string());
        assert_eq!(stranger.await.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn a_broker_that_is_away_or_busy_is_503_with_a_time_to_try_again() {
        let mut door = Door::open().await;
        door.sent.answer(StatusCode::SERVICE_UNAVAILABLE);
        let answered = door.post(STRUCTURED, event("1").to_string()).await;
        assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answered.headers[RETRY_AFTER], "5");
        let nobody_there = Door::to("http://127.0.0.1:1/").await;
        let answered = nobody_there.post(STRUCTURED, event("1").to_string()).await;
        assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);

        door.sent.answer(StatusCode::ACCEPTED);
        for _ in 0..2 {
            let again = door.post(STRUCTURED, event("1").to_string()).await;
            assert_eq!(
                again.status,
                StatusCode::ACCEPTED,
                "the same id is no mistake"
            );
        }
        assert_eq!(door.sent.waiting().len(), 2);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused_by_its_kind() {
        let door = Door::open().await;
        let large = |bytes| json!({ "x": "x".repeat(bytes) }).to_string();
        let crowd = json!((0..101).map(|n| event(&n.to_string())).collect::<Vec<_>>());
        for (content_type, body, status) in [
            (STRUCTURED, "{".to_owned(), 400),
            (STRUCTURED, "[]".to_owned(), 400),
            (BATCH, event("1").to_string(), 400),
            (BATCH, "[1]".to_owned(), 400),
            ("application/json", "{}".to_owned(), 400),
            ("text/plain", "hello".to_owned(), 415),
            ("application/cloudevents+avro", "x".to_owned(), 415),
            (BATCH, crowd.to_string(), 413),
            (STRUCTURED, large(1024 * 1024), 413),
        ] {
            let answered = door.post(content_type, body).await;
            assert_eq!(answered.status.as_u16(), status, "{content_type}");
            assert_eq!(answered.headers["content-type"], "application/problem+json");
        }
        let empty = door.post(BATCH, "[]".to_owned()).await;
        assert_eq!(empty.status, StatusCode::ACCEPTED, "a batch may be empty");
    }

    #[tokio::test]
    async fn an_attribute_that_is_sent_twice_or_not_in_ascii_is_refused() {
        let door = Door::open().await;
        for extra in [("ce-id", &b"2"[..]), ("ce-subject", "caf\u{e9}".as_bytes())] {
            let answered = door.post_binary_with("1", &event("1")["data"], extra).await;
            assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{extra:?}");
            assert_eq!(answered.body["errors"][0]["field"], extra.0[3..]);
        }
    }

    #[tokio::test]
    async fn only_post_is_done_here() {
        let answered = Door::open().await.get("/v1/events").await;
        assert_eq!(answered.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answered.headers[ALLOW], "POST");
    }
}
