//! What this function answers: one file for each endpoint, and one for each version's view of an order.

mod cancel_order;
mod get_order;
mod list_orders;
mod order_request;
mod order_view;
mod order_view_v2;
mod place_order;
#[cfg(test)]
mod place_order_tests;
mod view;

pub(crate) use cancel_order::{CANCEL_ORDER, cancel_order};
pub(crate) use get_order::{GET_ORDER, get_order};
pub(crate) use list_orders::{LIST_ORDERS, list_orders};
pub(crate) use order_view::OrderView;
pub(crate) use order_view_v2::OrderViewV2;
pub(crate) use place_order::{PLACE_ORDER, place_order};
pub(crate) use view::View;

use souk_kit::api::Param;

/// The segment that every path of an order has.
const ORDER_ID: Param = Param::new("order_id", "The order.");
