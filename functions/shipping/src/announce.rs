//! A shipment's facts as events, in the words of the contracts.

use chrono::{DateTime, Utc};
use souk_contracts::{
    Contract, ShipmentBooked, ShipmentCancelled, ShipmentDelivered, ShipmentDispatched,
};
use souk_kit::{events::RawEvent, postgres::Tx};
use uuid::Uuid;

use crate::domain::{Parcel, Shipment};

/// It waits to be packed.
pub(crate) fn booked(shipment: &Shipment, tx: &Tx) -> RawEvent {
    let fact = ShipmentBooked {
        shipment_id: shipment.shipment_id,
        order_id: shipment.order_id,
        booked_at: shipment.booked_at,
    };
    fact.event(tx.id(), tx.now())
}

/// Nothing will leave for an order; its shipment, if there was one.
pub(crate) fn cancelled(order_id: Uuid, shipment_id: Option<Uuid>, tx: &Tx) -> RawEvent {
    let fact = ShipmentCancelled {
        shipment_id,
        order_id,
        cancelled_at: tx.now(),
    };
    fact.event(tx.id(), tx.now())
}

/// It has left the house in a parcel.
pub(crate) fn dispatched(shipment: &Shipment, parcel: Parcel, tx: &Tx) -> RawEvent {
    let fact = ShipmentDispatched {
        shipment_id: shipment.shipment_id,
        order_id: shipment.order_id,
        carrier: parcel.carrier,
        tracking_number: parcel.tracking_number,
        lines: shipment.lines.clone(),
        dispatched_at: tx.now(),
    };
    fact.event(tx.id(), tx.now())
}

/// It has arrived.
pub(crate) fn delivered(shipment: &Shipment, delivered_at: DateTime<Utc>, tx: &Tx) -> RawEvent {
    let fact = ShipmentDelivered {
        shipment_id: shipment.shipment_id,
        order_id: shipment.order_id,
        delivered_at,
    };
    fact.event(tx.id(), tx.now())
}
