//! `POST /v1/dead-letters/discard`: many are not to be sent again, at most 100 at once, all for the same reason.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{Access, Answer, Caller, Role, api::Doc, http::Json};

use super::{
    discard_dead_letter::{REASON_CHARS_MAX, check_reason},
    outcome_view::{Outcome, ResultView, ResultsView},
    selection::Selection,
};
use crate::{app::App, domain::Status, metrics, store::claims};

/// Which, and why nothing is sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "DeadLettersDiscard")]
pub(crate) struct DiscardMany {
    #[serde(flatten)]
    selection: Selection,
    /// For whoever looks at them later. At most 500 characters.
    #[schemars(length(min = 1, max = REASON_CHARS_MAX))]
    reason: String,
}

pub(crate) const DISCARD_DEAD_LETTERS: Doc = Doc::new(
    "Discard many dead letters",
    Access::of(&[Role::Operator, Role::Machine], "dead-letters:write"),
)
.about("Either those that are named or those open ones that match, at most 100 in one request. `remaining` tells whether to ask again.")
.says(&[(200, "What became of each.")])
.asks(|| json!({ "filter": { "type": "dev.souk.order.placed.v1" }, "reason": "orders of a load test" }));

pub(crate) async fn discard_dead_letters(
    State(app): State<App>,
    caller: Caller,
    Json(discard): Json<DiscardMany>,
) -> Answer<Json<ResultsView>> {
    check_reason(&discard.reason)?;
    let picked = discard.selection.picked()?;
    let claim = app.claim(&caller);
    let discarded = claims::discard(&app.pool, &picked, &claim, &discard.reason).await?;
    metrics::settled(Status::Discarded, discarded.len());
    app.open.changed();
    if !discarded.is_empty() {
        tracing::info!(count = discarded.len(), by = %caller.subject, "dead letters were discarded");
    }
    let results = discarded
        .into_iter()
        .map(|id| ResultView::plain(id, Outcome::Discarded))
        .collect();
    Ok(Json(ResultsView::complete(&app, picked, results).await?))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use crate::testing::{Office, refused};

    #[tokio::test]
    async fn what_matches_is_discarded_and_the_rest_stays_open() {
        let office = Office::open().await;
        for (id, function) in [("1", "inventory"), ("2", "carts"), ("3", "inventory")] {
            office.deliver(&refused(id, function), b"{}").await;
        }
        let body = json!({ "filter": { "destination": "inventory" }, "reason": "a test" });
        let answered = office.post("/v1/dead-letters/discard", body).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        assert_eq!(answered.body["results"].as_array().unwrap().len(), 2);
        assert_eq!(answered.body["results"][0]["outcome"], "discarded");
        assert_eq!(answered.body["remaining"], 0);
        assert_eq!(office.list("?status=open").await.len(), 1);
        assert!(office.heard().is_empty());
    }
}
