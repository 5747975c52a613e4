//! Rows as the functions keep them. Columns that no rule looks at are left out, and those to come do no harm.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// So many pieces of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Line {
    /// The article.
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
}

/// A row of `orders`.
#[derive(Debug, Clone, Deserialize)]
pub struct Order {
    /// Its id.
    pub order_id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// Where the saga stands.
    pub state: String,
    /// What it costs, in minor units.
    pub total_minor: i64,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

/// A row of `stock`.
#[derive(Debug, Clone, Deserialize)]
pub struct Stock {
    /// The article.
    pub sku: String,
    /// Pieces in the house.
    pub on_hand: i64,
    /// Those that are set aside.
    pub reserved: i64,
}

/// A row of `reservations`.
#[derive(Debug, Clone, Deserialize)]
pub struct Reservation {
    /// Whose pieces.
    pub order_id: Uuid,
    /// What became of them.
    pub state: String,
    /// Which.
    pub lines: Vec<Line>,
    /// When they are given back.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A row of inventory's `movements`.
#[derive(Debug, Clone, Deserialize)]
pub struct Movement {
    /// The article.
    pub sku: String,
    /// received, booked_out or adjusted.
    pub kind: String,
    /// Pieces; negative when they left.
    pub quantity: i64,
    /// The order that they left for.
    pub order_id: Option<Uuid>,
}

/// A row of `payments`.
#[derive(Debug, Clone, Deserialize)]
pub struct Payment {
    /// The order.
    pub order_id: Uuid,
    /// What the provider has confirmed.
    pub state: String,
    /// What the order wants of the money.
    pub wanted: String,
    /// What was asked for; none when nothing was.
    pub amount_minor: Option<i64>,
    /// What was taken.
    pub captured_minor: i64,
    /// What was given back of it.
    pub refunded_minor: i64,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

/// A row of `ledger`.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    /// The order.
    pub order_id: Uuid,
    /// authorization, capture, void or refund.
    pub kind: String,
    /// How much.
    pub amount_minor: i64,
    /// open, done or refused.
    pub outcome: String,
}

/// A row of `shipments`.
#[derive(Debug, Clone, Deserialize)]
pub struct Shipment {
    /// The order.
    pub order_id: Uuid,
    /// booked, dispatched, delivered or cancelled.
    pub state: String,
    /// What is in it.
    pub lines: Vec<Line>,
}

/// A dead letter.
#[derive(Debug, Clone, Deserialize)]
pub struct DeadLetter {
    /// Its id.
    pub dead_letter_id: Uuid,
    /// The event's type.
    pub event_type: String,
    /// The function that did not take it.
    pub destination: String,
    /// The event's source; empty where it had none.
    pub source: String,
    /// The event's id; empty where it had none.
    pub id: String,
    /// Its `partitionkey`: the order, in most cases.
    pub about: String,
    /// open, redriven or discarded; an older release knows open ones only.
    pub status: Option<String>,
}

impl DeadLetter {
    /// Whether somebody has still to look at it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status == "open")
    }
}

/// A PaymentIntent of the provider, and what was given back of it.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Its id there.
    pub id: String,
    /// `metadata.order_id`.
    pub order_id: Option<Uuid>,
    /// requires_capture, succeeded, canceled, ...
    pub status: String,
    /// What was taken.
    pub received: i64,
    /// What was given back, where the provider tells.
    pub refunded: Option<i64>,
}

/// A letter of notifications.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Whom it is to.
    pub account_id: Uuid,
    /// Such as `order.placed`.
    pub kind: String,
    /// The order it is about.
    pub order_id: Option<Uuid>,
    /// pending, sent or refused.
    pub state: String,
}

/// A mail, as the mail server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSeen {
    /// `Message-ID`.
    pub message_id: String,
    /// Whom it is to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// What it says, by which two letters under one subject are told apart.
    pub text: String,
}

/// An idempotency key without an answer.
#[derive(Debug, Clone)]
pub struct Unanswered {
    /// The function.
    pub function: String,
    /// The operation.
    pub operation: String,
    /// The key.
    pub key: String,
    /// Whether nobody works on it any more.
    pub is_free: bool,
}

/// What changes when anything happens: two that are alike have nothing between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pulse {
    /// The newest event of the log.
    pub newest_event: i64,
    /// Of each database: rows written since its server was started.
    pub written: BTreeMap<String, i64>,
}
