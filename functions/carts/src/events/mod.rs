//! What this function hears: one file for each event type.

mod on_account_erased;
mod on_order_placed;

pub(crate) use on_account_erased::on_account_erased;
pub(crate) use on_order_placed::on_order_placed;
