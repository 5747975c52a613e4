//! `POST /events`: the broker gives up on an event. Whatever it is, it is kept; what is refused here is lost.

use axum::{
    body::Bytes,
    extract::{Extension, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
};
use chrono::{DateTime, Utc};
use souk_kit::{Answer, events::Senders, idempotency};

use super::wire;
use crate::{
    app::App,
    metrics,
    store::dead_letters::{self, Arrival},
};

/// 202 without a body, as the broker takes any other answer for a failure. Where it has to show a token it does, as everywhere.
pub(crate) async fn keep_dead_letter(
    State(app): State<App>,
    senders: Option<Extension<Senders>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<StatusCode> {
    if let Some(Extension(senders)) = senders {
        senders.check(&headers).await?;
    }
    let letter = wire::read(&headers, &body?);
    let (id, now) = (app.ids.next(), app.clock.now());
    let arrival = dead_letters::insert(&app.pool, id, &letter, now).await?;
    if let Arrival::New(kept) | Arrival::Again(kept) = arrival {
        metrics::received(&letter, &app.subscribers);
        app.open.changed();
        tracing::warn!(
            dead_letter_id = %kept,
            again = matches!(arrival, Arrival::Again(_)),
            event_type = letter.text("type"),
            destination = letter.destination(),
            error_code = letter.error_code(),
            "an event could not be delivered"
        );
    }
    // The letter is safe by now; what is old is another matter.
    if let Err(error) = forget_old(&app, now).await {
        tracing::warn!(%error, "old dead letters could not be deleted");
    }
    Ok(StatusCode::ACCEPTED)
}

/// This function sends no events, so it has no sweep to do that.
async fn forget_old(app: &App, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    dead_letters::prune(&app.pool, now).await?;
    idempotency::forget_old(&app.pool, now).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::{Value, json};

    use crate::testing::{Office, refused};

    /// Headers and a body.
    type Delivery<'a> = (&'a [(&'a str, &'a [u8])], &'a [u8]);

    #[tokio::test]
    async fn an_event_is_kept_whole_with_what_the_broker_says_about_it() {
        let office = Office::open().await;
        let answered = office
            .deliver(&refused("1", "inventory"), br#"{"a":1}"#)
            .await;
        assert_eq!(
            (answered.status, answered.body),
            (StatusCode::ACCEPTED, Value::Null)
        );
        let letter = office.only().await;
        let event = json!({
            "specversion": "1.0", "id": "1", "source": "/functions/orders", "type": "dev.souk.order.placed.v1",
            "datacontenttype": "application/json", "data": { "a": 1 },
            "knativeerrordest": "http://inventory.souk.svc.cluster.local/events",
            "knativeerrorcode": "400", "knativeerrordata": "bm8gc3VjaCBvcmRlcg==",
            "knativekafkapartition": "3", "knativekafkaoffset": "41",
        });
        assert_eq!(letter["event"], event);
        let error = json!({ "code": 400, "body": "no such order" });
        assert_eq!(
            (&letter["destination"], &letter["error"]),
            (&json!("inventory"), &error)
        );
    }

    #[tokio::test]
    async fn where_the_broker_shows_a_token_nobody_else_puts_anything_here() {
        let (office, token) = Office::guarded().await;
        let letter = refused("1", "inventory");
        let nobody = office.deliver(&letter, b"{}").await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
        assert!(office.list("").await.is_empty(), "it was kept");
        let shown = [letter, vec![("authorization", format!("Bearer {token}"))]].concat();
        let broker = office.deliver(&shown, b"{}").await;
        assert_eq!(broker.status, StatusCode::ACCEPTED);
        let kept = office.only().await.to_string();
        assert!(!kept.contains(&token), "the token was kept");
    }

    #[tokio::test]
    async fn the_same_dead_letter_twice_is_one_and_at_another_destination_another() {
        let office = Office::open().await;
        for destination in ["inventory", "inventory", "carts"] {
            office.deliver(&refused("1", destination), b"{}").await;
        }
        assert_eq!(office.list("").await.len(), 2);
    }

    #[tokio::test]
    async fn there_is_nothing_that_is_not_kept() {
        let office = Office::open().await;
        let large = vec![b'x'; 1024 * 1024];
        let headers: [(&str, &[u8]); 3] = [
            ("ce-subject", b"caf\xe9"),
            ("ce-id", b""),
            ("ce-time", b"yesterday"),
        ];
        let structured = [("content-type", &b"application/cloudevents+json"[..])];
        let deliveries: [Delivery<'_>; 7] = [
            (&headers, b""),
            (&headers, b"\x00\xff"),
            (
                &[
                    ("ce-type", b"never.heard.of"),
                    ("content-type", b"text/xml"),
                ],
                b"<a/>",
            ),
            (&[], &large),
            (&structured, b"{ this is no JSON"),
            (
                &structured,
                br#"{"id":"\u0000","source":7,"type":"\u0000","time":null,"data":"\u0000"}"#,
            ),
            (
                &[("content-type", b"application/cloudevents-batch+json")],
                b"[]",
            ),
        ];
        for (headers, body) in &deliveries {
            let answered = office.deliver(headers, body).await;
            assert_eq!(answered.status, StatusCode::ACCEPTED, "{answered:?}");
        }
        let ids = office.list("").await;
        assert_eq!(ids.len(), deliveries.len());
        for id in ids {
            let letter = office.get(&format!("/v1/dead-letters/{id}")).await;
            assert_eq!(letter.status, StatusCode::OK, "{letter:?}");
        }
    }

    #[tokio::test]
    async fn structured_mode_is_kept_as_the_event_that_it_is() {
        let office = Office::open().await;
        let event = json!({ "specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": { "a": 1 }, "x": 7 });
        let headers = [("content-type", &b"application/cloudevents+json"[..])];
        office.deliver(&headers, event.to_string().as_bytes()).await;
        assert_eq!(office.only().await["event"], event);
    }

    #[tokio::test]
    async fn what_is_older_than_thirty_days_goes_when_something_new_comes() {
        let office = Office::open().await;
        office.deliver(&refused("old", "inventory"), b"{}").await;
        office.clock.advance(TimeDelta::days(30));
        office.deliver(&refused("new", "inventory"), b"{}").await;
        assert_eq!(office.list("").await.len(), 2, "it is not older yet");
        office.clock.advance(TimeDelta::seconds(1));
        office.deliver(&refused("newest", "inventory"), b"{}").await;
        assert_eq!(office.list("").await.len(), 2);
    }
}
