//! What this function answers: one file for each endpoint.

mod cancel_order;
mod get_order;
mod list_orders;
mod order_request;
mod order_view;
mod place_order;

pub(crate) use cancel_order::cancel_order;
pub(crate) use get_order::get_order;
pub(crate) use list_orders::list_orders;
pub(crate) use place_order::place_order;
