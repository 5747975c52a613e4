//! A dead letter as merchants see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{domain::DeadLetter, store::dead_letters::Kept};

/// What a list shows.
#[derive(Serialize)]
pub(crate) struct DeadLetterView {
    dead_letter_id: Uuid,
    #[serde(rename = "type")]
    event_type: Option<String>,
    source: Option<String>,
    id: Option<String>,
    subject: Option<String>,
    /// The function that did not take it.
    destination: Option<String>,
    destination_url: Option<String>,
    error: ErrorView,
    arrived_at: DateTime<Utc>,
}

/// What the function answered last; nothing where it did not answer.
#[derive(Serialize)]
struct ErrorView {
    code: Option<u16>,
    body: Option<String>,
}

/// The same with the event whole.
#[derive(Serialize)]
pub(crate) struct WholeView {
    #[serde(flatten)]
    summary: DeadLetterView,
    event: Value,
}

impl DeadLetterView {
    pub(super) fn of(kept: &Kept) -> Self {
        let letter: &DeadLetter = &kept.letter;
        let text = |name| letter.text(name).map(str::to_owned);
        Self {
            dead_letter_id: kept.dead_letter_id,
            event_type: text("type"),
            source: text("source"),
            id: text("id"),
            subject: text("subject"),
            destination: letter.destination(),
            destination_url: letter.destination_url().map(str::to_owned),
            error: ErrorView {
                code: letter.error_code(),
                body: letter.error_body(),
            },
            arrived_at: kept.arrived_at,
        }
    }
}

impl WholeView {
    pub(super) fn of(kept: &Kept) -> Self {
        Self {
            summary: DeadLetterView::of(kept),
            event: kept.letter.event(),
        }
    }
}
