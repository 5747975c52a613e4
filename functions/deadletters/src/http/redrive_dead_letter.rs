//! `POST /v1/dead-letters/{dead_letter_id}/redrive`: send it again, to the subscriber that failed and to nobody else.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Problem, Role,
    api::Doc,
    http::{Json, Path},
};
use uuid::Uuid;

use super::{BUSY_SECONDS, DEAD_LETTER_ID, busy, dead_letter_view::DeadLetterView, found};
use crate::{
    app::App,
    courier::{self, Sent},
    domain::Status,
    store::claims::{self, Picked},
};

pub(crate) const REDRIVE_DEAD_LETTER: Doc = Doc::new(
    "Send a dead letter again",
    Access::of(&[Role::Operator, Role::Machine], "dead-letters:write"),
)
.about(
    "The event is posted to the subscriber that did not take it, and to nobody else, with the source and id that it has. If it is \
     taken, the letter is `redriven`. If it is not, the letter stays `open` with the new `error`, and `attempts` is one more. \
     A letter that was redriven before is answered as it is, and nothing is sent.",
)
.path(&[DEAD_LETTER_ID])
.says(&[(200, "The dead letter as it is afterwards: `redriven`, or `open` with the new error.")])
.refuses(&[
    (409, "dead-letter-discarded", "It was discarded."),
    (409, "dead-letter-busy", "Somebody else is sending it just now; `Retry-After` says when to ask."),
    (422, "dead-letter-unroutable", "It cannot be sent: its subscriber is none of this shop's, or an attribute cannot travel."),
    (503, "unavailable", "It was not tried, as the time was over."),
]);

pub(crate) async fn redrive_dead_letter(
    State(app): State<App>,
    caller: Caller,
    Path(dead_letter_id): Path<Uuid>,
) -> Answer<Json<DeadLetterView>> {
    let claim = app.claim(&caller);
    let picked = Picked::Ids(vec![dead_letter_id]);
    let claimed = claims::claim(&app.pool, &picked, &claim).await?;
    if claimed.is_empty() {
        let kept = found(&app, dead_letter_id).await?;
        return match kept.status {
            Status::Redriven => Ok(Json(DeadLetterView::of(&kept))),
            Status::Discarded => Err(discarded(dead_letter_id)),
            Status::Open => Err(busy(dead_letter_id)),
        };
    }
    for (_, sent) in courier::redrive(&app, &claim, claimed).await? {
        match sent {
            Sent::Taken | Sent::Failed(_) => {}
            Sent::Unroutable(why) => {
                let detail = format!("Dead letter {dead_letter_id} cannot be sent again: {why}.");
                return Err(Problem::unprocessable("dead-letter-unroutable", detail));
            }
            Sent::NotTried => {
                return Err(Problem::unavailable("It was not tried.", BUSY_SECONDS));
            }
        }
    }
    Ok(Json(DeadLetterView::of(
        &found(&app, dead_letter_id).await?,
    )))
}

fn discarded(id: Uuid) -> Problem {
    let detail = format!("Dead letter {id} was discarded.");
    Problem::conflict("dead-letter-discarded", detail)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::{Value, json};

    use crate::testing::{Office, refused};

    async fn one(office: &Office, function: &str) -> String {
        office.deliver(&refused("1", function), br#"{"a":1}"#).await;
        office.list("").await[0].to_string()
    }

    #[tokio::test]
    async fn only_the_subscriber_that_failed_hears_it_and_hears_what_it_was() {
        let office = Office::open().await;
        let id = one(&office, "inventory").await;
        let answered = office
            .post(&format!("/v1/dead-letters/{id}/redrive"), Value::Null)
            .await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        let letter = &answered.body;
        assert_eq!(
            (&letter["status"], &letter["attempts"]),
            (&json!("redriven"), &json!(1))
        );
        assert!(letter["settled_at"].is_string() && letter["settled_by"].is_string());

        let heard = office.heard();
        assert_eq!(heard.len(), 1, "{heard:?}");
        let (function, headers, body) = &heard[0];
        assert_eq!(
            (function.as_str(), body.as_slice()),
            ("inventory", &br#"{"a":1}"#[..])
        );
        assert_eq!(
            (&headers["ce-id"], &headers["ce-source"]),
            (&"1".into(), &"/functions/orders".into())
        );
        assert_eq!(headers["content-type"], "application/json");
        assert!(
            !headers.keys().any(|name| name.contains("knative")),
            "{headers:?}"
        );
    }

    #[tokio::test]
    async fn one_that_is_refused_again_stays_open_with_the_new_error_until_it_is_taken() {
        let office = Office::open().await;
        let id = one(&office, "inventory").await;
        let path = format!("/v1/dead-letters/{id}/redrive");
        office.answer("inventory", 503, "not yet");
        let refused = office.post(&path, Value::Null).await.body;
        assert_eq!(
            (&refused["status"], &refused["attempts"]),
            (&json!("open"), &json!(1))
        );
        assert_eq!(refused["error"], json!({ "code": 503, "body": "not yet" }));
        office.answer("inventory", 202, "");
        let taken = office.post(&path, Value::Null).await.body;
        assert_eq!(
            (&taken["status"], &taken["attempts"]),
            (&json!("redriven"), &json!(2))
        );
    }

    #[tokio::test]
    async fn twice_is_once() {
        let office = Office::open().await;
        let id = one(&office, "inventory").await;
        let path = format!("/v1/dead-letters/{id}/redrive");
        let (one, other) = tokio::join!(
            office.post(&path, Value::Null),
            office.post(&path, Value::Null)
        );
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert!(
            [[200, 200], [200, 409]].contains(&statuses),
            "{one:?} {other:?}"
        );
        let later = office.post(&path, Value::Null).await;
        assert_eq!(
            (later.status, &later.body["status"]),
            (StatusCode::OK, &json!("redriven"))
        );
        assert_eq!(office.heard().len(), 1);
    }

    #[tokio::test]
    async fn an_address_that_is_no_subscribers_is_never_asked() {
        let office = Office::open().await;
        let mut letter = refused("1", "inventory");
        letter.retain(|(name, _)| *name != "ce-knativeerrordest");
        letter.push((
            "ce-knativeerrordest",
            "http://inventory.souk.svc.cluster.local/v1/stock".into(),
        ));
        office.deliver(&letter, b"{}").await;
        let id = office.list("").await[0];
        let answered = office
            .post(&format!("/v1/dead-letters/{id}/redrive"), Value::Null)
            .await;
        assert_eq!(
            answered.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{answered:?}"
        );
        assert!(office.heard().is_empty());
        assert_eq!(office.only().await["status"], "open");
    }

    #[tokio::test]
    async fn the_same_event_that_fails_once_more_is_open_again() {
        let office = Office::open().await;
        let id = one(&office, "inventory").await;
        let _ = office
            .post(&format!("/v1/dead-letters/{id}/redrive"), Value::Null)
            .await;
        assert_eq!(office.only().await["status"], "redriven");
        office
            .deliver(&refused("1", "inventory"), br#"{"a":1}"#)
            .await;
        let letter = office.only().await;
        assert_eq!(
            (&letter["status"], &letter["attempts"]),
            (&json!("open"), &json!(1))
        );
        assert_eq!(letter["dead_letter_id"], json!(id));
        assert_eq!(letter["error"]["code"], 400);
    }
}
