//! What this function answers: one file for each endpoint.

mod get_payment;
mod list_payments;
mod payment_view;
mod refund_payment;

pub(crate) use get_payment::{GET_PAYMENT, get_payment};
pub(crate) use list_payments::{LIST_PAYMENTS, list_payments};
pub(crate) use refund_payment::{REFUND_PAYMENT, refund_payment};

use souk_kit::{Caller, Role, api::Param};

/// A payment has no id of its own in paths: an order has one payment.
const ORDER_ID: Param = Param::new("order_id", "The order that is paid for.");

/// Merchants run the shop, and a machine client with the scope works for them: they see everything. Everybody else sees
/// their own.
fn sees_all(caller: &Caller) -> bool {
    matches!(caller.role, Role::Merchant | Role::Machine)
}
