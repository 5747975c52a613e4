//! A shipment as its row, and back.

use chrono::{DateTime, Utc};
use souk_contracts::{Address, StockLine};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use crate::domain::{Parcel, Shipment, State};

#[derive(FromRow)]
pub(super) struct Row {
    shipment_id: Uuid,
    order_id: Uuid,
    account_id: Uuid,
    state: String,
    lines: Json<Vec<StockLine>>,
    shipping_address: Json<Address>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    booked_at: DateTime<Utc>,
    dispatched_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
}

impl Row {
    pub(super) fn shipment(self) -> Result<Shipment, sqlx::Error> {
        let unreadable =
            || sqlx::Error::Decode(format!("`{}` is no state of a shipment", self.state).into());
        let parcel = self.carrier.zip(self.tracking_number);
        Ok(Shipment {
            shipment_id: self.shipment_id,
            order_id: self.order_id,
            account_id: self.account_id,
            state: State::named(&self.state).ok_or_else(unreadable)?,
            lines: self.lines.0,
            shipping_address: self.shipping_address.0,
            parcel: parcel.map(|(carrier, tracking_number)| Parcel {
                carrier,
                tracking_number,
            }),
            booked_at: self.booked_at,
            dispatched_at: self.dispatched_at,
            delivered_at: self.delivered_at,
            cancelled_at: self.cancelled_at,
        })
    }
}
