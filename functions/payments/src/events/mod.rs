//! What this function hears: one file for each type of event.

mod on_order_cancelled;
mod on_payment_postponed;
mod on_payment_requested;
mod on_shipment_dispatched;
mod on_sweep;

pub(crate) use on_order_cancelled::on_order_cancelled;
pub(crate) use on_payment_postponed::on_payment_postponed;
pub(crate) use on_payment_requested::on_payment_requested;
pub(crate) use on_shipment_dispatched::on_shipment_dispatched;
pub(crate) use on_sweep::on_sweep;
