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
