//! What this function answers: one file for each endpoint.

mod deliver_shipment;
mod dispatch_shipment;
mod get_shipment;
mod list_shipments;
mod shipment_view;

pub(crate) use deliver_shipment::{DELIVER_SHIPMENT, deliver_shipment};
pub(crate) use dispatch_shipment::{DISPATCH_SHIPMENT, dispatch_shipment};
pub(crate) use get_shipment::{GET_SHIPMENT, get_shipment};
pub(crate) use list_shipments::{LIST_SHIPMENTS, list_shipments};

use souk_kit::{Problem, api::Param, postgres::Tx};
use uuid::Uuid;

use crate::{
    domain::{Contradiction, Shipment},
    store::shipments,
};

/// The segment that every path of a shipment has.
const SHIPMENT_ID: Param = Param::new("shipment_id", "The shipment.");

/// For the merchant's actions: the shipment, which nobody else can change until the transaction ends.
async fn lock(tx: &mut Tx, shipment_id: Uuid) -> Result<Shipment, Problem> {
    let found = shipments::lock(tx.conn(), shipment_id).await?;
    found.ok_or_else(|| Problem::not_found("shipment", shipment_id))
}

/// The state that a shipment is in forbids what is asked.
fn forbidden_by(shipment: &Shipment, why: Contradiction) -> Problem {
    let status = shipment.state.name();
    let detail = format!("The shipment is {status}, and this cannot be done: {why}.");
    Problem::conflict(format!("shipment-{status}"), detail).with("shipment_status", status)
}
