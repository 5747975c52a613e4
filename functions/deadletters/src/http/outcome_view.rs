//! What became of each dead letter of a request.

use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::Answer;
use uuid::Uuid;

use super::dead_letter_view::ErrorView;
use crate::{
    app::App,
    courier::Sent,
    domain::Status,
    store::{
        claims::{Picked, count_open},
        dead_letters::{self, Wanted},
    },
};

/// What became of one dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DeadLetterOutcome")]
pub(crate) enum Outcome {
    /// Its subscriber took it.
    Redriven,
    /// It is not to be sent again.
    Discarded,
    /// It was sent, and its subscriber did not take it: it stays open; `error` is new.
    Failed,
    /// It cannot be sent again; `detail` says why. It stays open.
    Unroutable,
    /// It stays open: its subscriber failed too often just now, or time was over. Ask again.
    NotTried,
    /// Somebody else is sending it just now.
    Busy,
    /// It was redriven or discarded before; nothing was done.
    Settled,
    /// There is no such dead letter.
    NotFound,
}

/// One dead letter and what became of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetterResult")]
pub(crate) struct ResultView {
    /// Which one it is.
    dead_letter_id: Uuid,
    /// What became of it.
    outcome: Outcome,
    /// What its subscriber answered, where it did not take it.
    error: Option<ErrorView>,
    /// Why it cannot be sent, where it cannot.
    detail: Option<String>,
}

/// What became of each.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetterResults")]
pub(crate) struct ResultsView {
    /// One for each dead letter that was named, or that the filter found.
    results: Vec<ResultView>,
    /// How many open ones the filter still finds; `null` where ids were named.
    remaining: Option<u64>,
}

impl ResultView {
    /// Without more to say.
    pub(super) fn plain(dead_letter_id: Uuid, outcome: Outcome) -> Self {
        Self {
            dead_letter_id,
            outcome,
            error: None,
            detail: None,
        }
    }

    pub(super) fn sent((dead_letter_id, sent): (Uuid, Sent)) -> Self {
        let plain = |outcome| Self::plain(dead_letter_id, outcome);
        match sent {
            Sent::Taken => plain(Outcome::Redriven),
            Sent::NotTried => plain(Outcome::NotTried),
            Sent::Failed(error) => Self {
                error: Some(ErrorView::of(&error)),
                ..plain(Outcome::Failed)
            },
            Sent::Unroutable(why) => Self {
                detail: Some(why),
                ..plain(Outcome::Unroutable)
            },
        }
    }
}

impl ResultsView {
    /// Adds those that were named and of which nothing could be done, and counts what is left.
    pub(super) async fn complete(
        app: &App,
        picked: Picked,
        mut results: Vec<ResultView>,
    ) -> Answer<Self> {
        let remaining = match picked {
            Picked::Ids(named) => {
                for id in named {
                    if results.iter().all(|result| result.dead_letter_id != id) {
                        results.push(ResultView::plain(id, standing(app, id).await?));
                    }
                }
                None
            }
            Picked::Matching(wanted, _) => {
                let wanted = Wanted {
                    status: Some(Status::Open),
                    ..wanted
                };
                Some(count_open(&app.pool, &wanted).await?)
            }
        };
        results.sort_by_key(|result| result.dead_letter_id);
        Ok(Self { results, remaining })
    }
}

/// Why one could not be claimed.
async fn standing(app: &App, id: Uuid) -> Answer<Outcome> {
    let found = dead_letters::find(&app.pool, id).await?;
    Ok(match found.map(|kept| kept.status) {
        None => Outcome::NotFound,
        Some(Status::Open) => Outcome::Busy,
        Some(Status::Redriven | Status::Discarded) => Outcome::Settled,
    })
}
