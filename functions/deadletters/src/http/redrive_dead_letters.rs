//! `POST /v1/dead-letters/redrive`: send many again, at most 100 at once, each to the subscriber that failed.

use axum::extract::State;
use serde_json::json;
use souk_kit::{Access, Answer, Caller, Role, api::Doc, http::Json};

use super::{
    outcome_view::{ResultView, ResultsView},
    selection::Selection,
};
use crate::{app::App, courier, store::claims};

pub(crate) const REDRIVE_DEAD_LETTERS: Doc = Doc::new(
    "Send many dead letters again",
    Access::of(&[Role::Operator, Role::Machine], "dead-letters:write"),
)
.about(
    "Either those that are named or those open ones that match, at most 100 in one request. `remaining` tells whether to ask again. \
     A subscriber that fails five times in a row is left alone for the rest of the request.",
)
.says(&[(200, "What became of each.")])
.asks(|| json!({ "filter": { "destination": "inventory" } }));

pub(crate) async fn redrive_dead_letters(
    State(app): State<App>,
    caller: Caller,
    Json(selection): Json<Selection>,
) -> Answer<Json<ResultsView>> {
    let picked = selection.picked()?;
    let claim = app.claim(&caller);
    let claimed = claims::claim(&app.pool, &picked, &claim).await?;
    let sent = courier::redrive(&app, &claim, claimed).await?;
    let results = sent.into_iter().map(ResultView::sent).collect();
    Ok(Json(ResultsView::complete(&app, picked, results).await?))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use crate::testing::{Office, refused};

    const REDRIVE: &str = "/v1/dead-letters/redrive";

    fn outcomes(body: &Value) -> Vec<&str> {
        let results = body["results"].as_array().unwrap().iter();
        let mut outcomes: Vec<&str> = results
            .map(|result| result["outcome"].as_str().unwrap())
            .collect();
        outcomes.sort_unstable();
        outcomes
    }

    #[tokio::test]
    async fn a_filter_picks_open_letters_and_each_is_answered_for() {
        let office = Office::open().await;
        for (id, function) in [("1", "inventory"), ("2", "inventory"), ("3", "carts")] {
            office.deliver(&refused(id, function), b"{}").await;
        }
        let filter = json!({ "filter": { "destination": "inventory" } });
        let answered = office.post(REDRIVE, filter.clone()).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        assert_eq!(outcomes(&answered.body), ["redriven", "redriven"]);
        assert_eq!(answered.body["remaining"], 0);
        assert!(
            office
                .heard()
                .iter()
                .all(|(function, ..)| function == "inventory")
        );
        assert_eq!(office.list("?status=open").await.len(), 1);
        assert_eq!(outcomes(&office.post(REDRIVE, filter).await.body), [""; 0]);
    }

    #[tokio::test]
    async fn each_that_was_named_is_told_about_whatever_it_is() {
        let office = Office::open().await;
        for (id, function) in [("1", "inventory"), ("2", "carts")] {
            office.deliver(&refused(id, function), b"{}").await;
        }
        office.answer("carts", 400, "never");
        let mut ids: Vec<Uuid> = office.list("").await;
        ids.push(Uuid::from_u128(666));
        let named = json!({ "dead_letter_ids": ids });
        let body = office.post(REDRIVE, named.clone()).await.body;
        assert_eq!(outcomes(&body), ["failed", "not_found", "redriven"]);
        assert_eq!(body["remaining"], Value::Null);
        let body = office.post(REDRIVE, named).await.body;
        assert_eq!(outcomes(&body), ["failed", "not_found", "settled"]);
    }

    #[tokio::test]
    async fn a_subscriber_that_is_down_is_not_asked_a_hundred_times() {
        let office = Office::open().await;
        for n in 0..60 {
            office
                .deliver(&refused(&n.to_string(), "inventory"), b"{}")
                .await;
        }
        office.answer("inventory", 503, "down");
        let body = office.post(REDRIVE, json!({ "filter": {} })).await.body;
        let outcomes = outcomes(&body);
        assert_eq!((outcomes.len(), &body["remaining"]), (60, &json!(60)));
        let tried = outcomes
            .iter()
            .filter(|outcome| **outcome == "failed")
            .count();
        assert!((5..30).contains(&tried), "{tried} were tried");
        assert!(outcomes.contains(&"not_tried"));
        office.answer("inventory", 202, "");
        let body = office.post(REDRIVE, json!({ "filter": {} })).await.body;
        assert_eq!(
            body["remaining"], 0,
            "those that were not tried are free again"
        );
    }

    #[tokio::test]
    async fn what_is_meant_has_to_be_said_once() {
        let office = Office::open().await;
        let id = Uuid::nil();
        for body in [
            json!({}),
            json!({ "dead_letter_ids": [] }),
            json!({ "dead_letter_ids": [id], "filter": {} }),
            json!({ "dead_letter_ids": (0..101).map(Uuid::from_u128).collect::<Vec<_>>() }),
            json!({ "filter": { "typ": "misspelt" } }),
        ] {
            let answered = office.post(REDRIVE, body.clone()).await;
            assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        }
    }
}
