//! A shipment as clients see it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use souk_contracts::{Address, ParcelStatus, StockLine};
use uuid::Uuid;

use crate::{
    domain::{Shipment, State},
    store::movements::Movement,
};

/// A shipment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Shipment")]
pub(crate) struct ShipmentView {
    /// Which one it is.
    shipment_id: Uuid,
    /// The order that is shipped.
    order_id: Uuid,
    /// Whose it is.
    account_id: Uuid,
    /// Where it stands.
    #[schemars(with = "State")]
    status: &'static str,
    /// What is in it.
    lines: Vec<StockLine>,
    /// Where it goes.
    shipping_address: Address,
    /// Who carries it, once somebody does.
    carrier: Option<String>,
    /// What the carrier calls it.
    tracking_number: Option<String>,
    /// When it was booked.
    booked_at: DateTime<Utc>,
    /// When it left the house.
    dispatched_at: Option<DateTime<Utc>>,
    /// When it arrived.
    delivered_at: Option<DateTime<Utc>>,
    /// When it was given up.
    cancelled_at: Option<DateTime<Utc>>,
}

/// A shipment, and where its parcel has been.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrackedShipment")]
pub(crate) struct TrackedView {
    #[serde(flatten)]
    shipment: ShipmentView,
    /// What the carrier has told, oldest first.
    track: Vec<MovementView>,
}

/// Something that a parcel has gone through.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ParcelMovement")]
struct MovementView {
    /// What.
    #[schemars(with = "ParcelStatus")]
    status: String,
    /// Where, as the carrier calls it.
    location: Option<String>,
    /// When.
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
