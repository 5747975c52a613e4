//! `POST /v1/dead-letters/{dead_letter_id}/discard`: it is not to be sent again, and this is why.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Access, Answer, Caller, FieldError, Problem, Role,
    api::Doc,
    http::{Json, Path},
};
use uuid::Uuid;

use super::{DEAD_LETTER_ID, busy, dead_letter_view::DeadLetterView, found};
use crate::{
    app::App,
    domain::Status,
    metrics,
    store::claims::{self, Picked},
};

pub(super) const REASON_CHARS_MAX: usize = 500;

/// Why nothing is sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DeadLetterDiscard")]
pub(crate) struct Discard {
    /// For whoever looks at it later. It is kept as long as the letter.
    #[schemars(length(min = 1, max = REASON_CHARS_MAX))]
    reason: String,
}

pub(crate) const DISCARD_DEAD_LETTER: Doc = Doc::new(
    "Discard a dead letter",
    Access::of(&[Role::Operator, Role::Machine], "dead-letters:write"),
)
.about("It stays in the list as `discarded`, with the reason. One that was discarded before keeps its reason. If the same event fails once more, it is open again.")
.path(&[DEAD_LETTER_ID])
.says(&[(200, "The dead letter, discarded now or before.")])
.refuses(&[
    (409, "dead-letter-redriven", "Its subscriber has taken it."),
    (409, "dead-letter-busy", "Somebody is sending it just now; `Retry-After` says when to ask."),
])
.asks(|| json!({ "reason": "the order was placed by a test" }));

pub(crate) async fn discard_dead_letter(
    State(app): State<App>,
    caller: Caller,
    Path(dead_letter_id): Path<Uuid>,
    Json(discard): Json<Discard>,
) -> Answer<Json<DeadLetterView>> {
    check_reason(&discard.reason)?;
    let claim = app.claim(&caller);
    let picked = Picked::Ids(vec![dead_letter_id]);
    let discarded = claims::discard(&app.pool, &picked, &claim, &discard.reason).await?;
    metrics::settled(Status::Discarded, discarded.len());
    app.open.changed();
    let kept = found(&app, dead_letter_id).await?;
    match kept.status {
        Status::Discarded => {}
        Status::Redriven => {
            let detail =
                format!("Dead letter {dead_letter_id} was redriven: its subscriber has taken it.");
            return Err(Problem::conflict("dead-letter-redriven", detail));
        }
        Status::Open => return Err(busy(dead_letter_id)),
    }
    if !discarded.is_empty() {
        tracing::info!(%dead_letter_id, event_type = kept.letter.text("type"), by = %caller.subject, "a dead letter was discarded");
    }
    Ok(Json(DeadLetterView::of(&kept)))
}

/// It has to say something.
pub(super) fn check_reason(reason: &str) -> Answer<()> {
    let is_fit = !reason.trim().is_empty() && reason.chars().count() <= REASON_CHARS_MAX;
    let detail = || format!("has to have 1 to {REASON_CHARS_MAX} characters");
    is_fit
        .then_some(())
        .ok_or_else(|| Problem::invalid(vec![FieldError::new("reason", detail())]))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::{Value, json};

    use crate::testing::{Office, refused};

    #[tokio::test]
    async fn a_discarded_letter_is_never_sent_and_keeps_its_reason() {
        let office = Office::open().await;
        office.deliver(&refused("1", "inventory"), b"{}").await;
        let path = format!("/v1/dead-letters/{}", office.list("").await[0]);
        let discard = format!("{path}/discard");
        let discarded = office.post(&discard, json!({ "reason": "a test" })).await;
        assert_eq!(discarded.status, StatusCode::OK, "{discarded:?}");
        let again = office
            .post(&discard, json!({ "reason": "another" }))
            .await
            .body;
        assert_eq!(
            (&again["status"], &again["discard_reason"]),
            (&json!("discarded"), &json!("a test"))
        );
        let redrive = office.post(&format!("{path}/redrive"), Value::Null).await;
        assert_eq!(redrive.status, StatusCode::CONFLICT);
        assert!(office.heard().is_empty());
        assert_eq!(
            (
                office.list("?status=open").await.len(),
                office.list("?status=discarded").await.len()
            ),
            (0, 1)
        );
    }

    #[tokio::test]
    async fn one_that_was_redriven_is_not_discarded() {
        let office = Office::open().await;
        office.deliver(&refused("1", "inventory"), b"{}").await;
        let path = format!("/v1/dead-letters/{}", office.list("").await[0]);
        let _ = office.post(&format!("{path}/redrive"), Value::Null).await;
        let discard = office
            .post(&format!("{path}/discard"), json!({ "reason": "late" }))
            .await;
        assert_eq!(discard.status, StatusCode::CONFLICT);
    }

    #[tokio::test]
    async fn a_reason_has_to_be_given() {
        let office = Office::open().await;
        office.deliver(&refused("1", "inventory"), b"{}").await;
        let discard = format!("/v1/dead-letters/{}/discard", office.list("").await[0]);
        for body in [
            json!({}),
            json!({ "reason": " " }),
            json!({ "reason": "x".repeat(501) }),
        ] {
            let answered = office.post(&discard, body).await;
            assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
}
