//! An order as its row, and back.

use chrono::{DateTime, Utc};
use souk_contracts::{Address, Money, PricedLine};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::notes::NotesRow;
use crate::domain::{Order, Parcel, Purchase, State, reason_named};

/// An order with what was noted of it.
#[derive(FromRow)]
pub(super) struct NotedRow {
    #[sqlx(flatten)]
    row: Row,
    #[sqlx(flatten)]
    notes: NotesRow,
}

impl NotedRow {
    pub(super) fn order(self) -> Result<Order, sqlx::Error> {
        self.row.order(self.notes)
    }
}

#[derive(FromRow)]
pub(super) struct Row {
    order_id: Uuid,
    account_id: Uuid,
    email: String,
    state: String,
    cancel_reason: Option<String>,
    cancel_detail: Option<String>,
    lines: Json<Vec<PricedLine>>,
    total_minor: i64,
    currency: String,
    payment_method: String,
    shipping_address: Json<Address>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    placed_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    pub(super) fn order(self, notes: NotesRow) -> Result<Order, sqlx::Error> {
        let notes = notes.notes()?;
        let reason = self.cancel_reason.as_deref().and_then(reason_named);
        let no_state = || unreadable(format!("`{}` is no state of an order", self.state));
        let state = State::named(&self.state, reason, notes.wanted()).ok_or_else(no_state)?;
        let parcel = self.carrier.zip(self.tracking_number);
        let purchase = Purchase {
            account_id: self.account_id,
            email: self.email,
            lines: self.lines.0,
            total: Money::new(self.total_minor, self.currency.parse().map_err(unreadable)?),
            payment_method: self.payment_method,
            shipping_address: self.shipping_address.0,
        };
        Ok(Order {
            order_id: self.order_id,
            purchase,
            state,
            cancel_detail: self.cancel_detail,
            parcel: parcel.map(|(carrier, tracking_number)| Parcel {
                carrier,
                tracking_number,
            }),
            notes,
            placed_at: self.placed_at,
            updated_at: self.updated_at,
        })
    }

    /// Whether anything can have been noted of it: before it is confirmed, nothing is.
    pub(super) fn has_notes(&self) -> bool {
        !matches!(self.state.as_str(), "awaiting_stock" | "awaiting_payment")
    }
}

/// What is in the database means nothing to this release.
pub(super) fn unreadable(
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}
