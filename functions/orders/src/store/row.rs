//! An order as its row, and back.

use chrono::{DateTime, Utc};
use souk_contracts::{Address, Money, PricedLine};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use crate::domain::{Order, Parcel, Purchase, State, reason_named};

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
    pub(super) fn order(self) -> Result<Order, sqlx::Error> {
        let state = self.state()?;
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
            placed_at: self.placed_at,
            updated_at: self.updated_at,
        })
    }

    fn state(&self) -> Result<State, sqlx::Error> {
        let reason = self.cancel_reason.as_deref().and_then(reason_named);
        let state = State::named(&self.state, reason);
        state.ok_or_else(|| unreadable(format!("`{}` is no state of an order", self.state)))
    }
}

fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}
