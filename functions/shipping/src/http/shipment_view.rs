//! A shipment as clients see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_contracts::{Address, StockLine};
use uuid::Uuid;

use crate::{domain::Shipment, store::movements::Movement};

#[derive(Serialize)]
pub(crate) struct ShipmentView {
    shipment_id: Uuid,
    order_id: Uuid,
    account_id: Uuid,
    status: &'static str,
    lines: Vec<StockLine>,
    shipping_address: Address,
    carrier: Option<String>,
    tracking_number: Option<String>,
    booked_at: DateTime<Utc>,
    dispatched_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
}

/// A shipment, and where its parcel has been.
#[derive(Serialize)]
pub(crate) struct TrackedView {
    #[serde(flatten)]
    shipment: ShipmentView,
    track: Vec<MovementView>,
}

#[derive(Serialize)]
struct MovementView {
    status: String,
    location: Option<String>,
    occurred_at: DateTime<Utc>,
}

impl From<Shipment> for ShipmentView {
    fn from(shipment: Shipment) -> Self {
        let (carrier, tracking_number) = shipment
            .parcel
            .map(|parcel| (parcel.carrier, parcel.tracking_number))
            .unzip();
        Self {
            shipment_id: shipment.shipment_id,
            order_id: shipment.order_id,
            account_id: shipment.account_id,
            status: shipment.state.name(),
            lines: shipment.lines,
            shipping_address: shipment.shipping_address,
            carrier,
            tracking_number,
            booked_at: shipment.booked_at,
            dispatched_at: shipment.dispatched_at,
            delivered_at: shipment.delivered_at,
            cancelled_at: shipment.cancelled_at,
        }
    }
}

impl TrackedView {
    pub(super) fn of(shipment: Shipment, track: Vec<Movement>) -> Self {
        let view = |movement: Movement| MovementView {
            status: movement.status,
            location: movement.location,
            occurred_at: movement.occurred_at,
        };
        Self {
            shipment: shipment.into(),
            track: track.into_iter().map(view).collect(),
        }
    }
}
