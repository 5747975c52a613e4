//! What this function answers: one file for each endpoint.

mod complete_payment;
mod get_payment;
mod list_payments;
mod payment_view;
mod receive_notice;
mod refund_payment;

pub(crate) use complete_payment::{COMPLETE_PAYMENT, complete_payment};
pub(crate) use get_payment::{GET_PAYMENT, get_payment};
pub(crate) use list_payments::{LIST_PAYMENTS, list_payments};
pub(crate) use receive_notice::{RECEIVE_NOTICE, receive_notice};
pub(crate) use refund_payment::{REFUND_PAYMENT, refund_payment};

use souk_kit::api::Param;

/// A payment has no id of its own in paths: an order has one payment.
const ORDER_ID: Param = Param::new("order_id", "The order that is paid for.");
