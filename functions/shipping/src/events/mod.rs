//! What this function hears: one file for each type of event.

mod on_account_erased;
mod on_cancellation_requested;
mod on_order_cancelled;
mod on_order_confirmed;
mod on_parcel_moved;

pub(crate) use on_account_erased::on_account_erased;
pub(crate) use on_cancellation_requested::on_cancellation_requested;
pub(crate) use on_order_cancelled::on_order_cancelled;
pub(crate) use on_order_confirmed::on_order_confirmed;
pub(crate) use on_parcel_moved::on_parcel_moved;

use souk_kit::{Refusal, postgres::Tx};
use uuid::Uuid;

use crate::{domain::Shipment, store::shipments};

/// Cancels what still waits to be packed of an order whose shipments are locked. What has left goes on.
async fn cancel_all(
    tx: &mut Tx,
    order_id: Uuid,
    shipments: &mut [Shipment],
) -> Result<(), Refusal> {
    let now = tx.now();
    for shipment in shipments {
        let contradiction = |why| Refusal::Never(format!("order {order_id}: {why}"));
        if shipment.cancel(now).map_err(contradiction)? {
            shipments::save(tx.conn(), shipment).await?;
        }
    }
    Ok(())
}
