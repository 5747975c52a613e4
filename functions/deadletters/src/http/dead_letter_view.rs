//! A dead letter as operators see it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::{DeadLetter, Status},
    store::{Failed, Kept},
};

/// An event that could not be delivered. What of it cannot be read is `null`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetter")]
pub(crate) struct DeadLetterView {
    /// Which one it is.
    dead_letter_id: Uuid,
    /// The event's type.
    #[serde(rename = "type")]
    event_type: Option<String>,
    /// Where it comes from.
    source: Option<String>,
    /// The id that its source gave it.
    id: Option<String>,
    /// What it is about.
    subject: Option<String>,
    /// The function that did not take it.
    destination: Option<String>,
    /// The address it was posted to.
    destination_url: Option<String>,
    /// Why, as far as it is known.
    error: ErrorView,
    /// When it came here, the last time.
    arrived_at: DateTime<Utc>,
    /// Whether it is still to be dealt with.
    status: Status,
    /// How often it was sent again.
    attempts: u32,
    /// When it was redriven or discarded.
    settled_at: Option<DateTime<Utc>>,
    /// The account or client that did it.
    settled_by: Option<Uuid>,
    /// Why it was discarded.
    discard_reason: Option<String>,
}

/// What the function answered last; nothing where it did not answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeliveryError")]
pub(super) struct ErrorView {
    /// The status.
    code: Option<u16>,
    /// The answer's body, shortened.
    body: Option<String>,
}

/// A dead letter with its event.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WholeDeadLetter")]
pub(crate) struct WholeView {
    #[serde(flatten)]
    summary: DeadLetterView,
    /// The event as it came, in the JSON format of CloudEvents.
    #[schemars(with = "serde_json::Map<String, Value>")]
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
            error: ErrorView::of(&kept.error),
            arrived_at: kept.arrived_at,
            status: kept.status,
            attempts: kept.attempts,
            settled_at: kept.settled.map(|(at, _)| at),
            settled_by: kept.settled.map(|(_, by)| by),
            discard_reason: kept.discard_reason.clone(),
        }
    }
}

impl ErrorView {
    pub(super) fn of(failed: &Failed) -> Self {
        Self {
            code: failed.code,
            body: failed.body.clone(),
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
