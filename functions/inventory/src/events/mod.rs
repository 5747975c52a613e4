//! What this function hears: one file for each type of event.

mod on_goods_received;
mod on_order_cancelled;
mod on_order_confirmed;
mod on_order_placed;
mod on_shipment_dispatched;
mod on_sweep;

pub(crate) use on_goods_received::on_goods_received;
pub(crate) use on_order_cancelled::on_order_cancelled;
pub(crate) use on_order_confirmed::on_order_confirmed;
pub(crate) use on_order_placed::on_order_placed;
pub(crate) use on_shipment_dispatched::on_shipment_dispatched;
pub(crate) use on_sweep::on_sweep;

use souk_kit::Refusal;
use uuid::Uuid;

/// For facts that only follow a reservation: an order that is unknown then is none that will come.
fn unknown(order_id: Uuid) -> Refusal {
    Refusal::Never(format!("nothing was ever reserved for order {order_id}"))
}
