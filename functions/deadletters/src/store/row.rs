//! A row of `dead_letters` as the function has it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use crate::domain::{DeadLetter, Status};

/// All columns that a [`Row`] is made of, the data but for lists.
pub(super) const COLUMNS: &str = "dead_letter_id, arrived_at, attributes, data, status, attempts, failed_at, error_code, \
                                  error_body, settled_at, settled_by, discard_reason";
/// The same without the data.
pub(super) const SUMMARY: &str = "dead_letter_id, arrived_at, attributes, null::bytea as data, status, attempts, failed_at, \
                                  error_code, error_body, settled_at, settled_by, discard_reason";

/// A dead letter in the store.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) dead_letter_id: Uuid,
    pub(crate) arrived_at: DateTime<Utc>,
    /// Without its data where it comes from a list.
    pub(crate) letter: DeadLetter,
    pub(crate) status: Status,
    /// How often it was sent again.
    pub(crate) attempts: u32,
    /// What was answered last.
    pub(crate) error: Failed,
    /// When and by whom it was dealt with, if it was.
    pub(crate) settled: Option<(DateTime<Utc>, Uuid)>,
    pub(crate) discard_reason: Option<String>,
}

/// What a subscriber answered; nothing where it did not answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) code: Option<u16>,
    pub(crate) body: Option<String>,
}

#[derive(FromRow)]
pub(super) struct Row {
    dead_letter_id: Uuid,
    arrived_at: DateTime<Utc>,
    attributes: Json<Map<String, Value>>,
    data: Option<Vec<u8>>,
    status: String,
    attempts: i32,
    failed_at: Option<DateTime<Utc>>,
    error_code: Option<i32>,
    error_body: Option<String>,
    settled_at: Option<DateTime<Utc>>,
    settled_by: Option<Uuid>,
    discard_reason: Option<String>,
}

impl Row {
    pub(super) fn kept(self) -> Kept {
        let letter = DeadLetter {
            attributes: self.attributes.0,
            data: self.data,
        };
        let error = match self.failed_at {
            Some(_) => Failed {
                code: self.error_code.and_then(|code| u16::try_from(code).ok()),
                body: self.error_body,
            },
            None => Failed {
                code: letter.error_code(),
                body: letter.error_body(),
            },
        };
        Kept {
            dead_letter_id: self.dead_letter_id,
            arrived_at: self.arrived_at,
            letter,
            status: Status::named(&self.status),
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
            error,
            settled: self.settled_at.zip(self.settled_by),
            discard_reason: self.discard_reason,
        }
    }
}
