//! An order will not be shipped.

use souk_contracts::{CancelReason, OrderCancelled};
use souk_kit::{Delivery, Refusal};

use super::inform;
use crate::{
    app::App,
    domain::{self, Status, Update},
};

pub(crate) async fn on_order_cancelled(
    app: App,
    delivery: Delivery<OrderCancelled>,
) -> Result<(), Refusal> {
    let order = delivery.data;
    let update = Update {
        order_id: order.order_id,
        account_id: order.account_id,
        status: Status::Cancelled,
        reason: Some(name(order.reason).to_owned()),
        at: order.cancelled_at,
    };
    inform(&app, update, domain::cancelled(&order)).await
}

/// As orders names it to its clients.
fn name(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::OutOfStock => "out_of_stock",
        CancelReason::PaymentDeclined => "payment_declined",
        CancelReason::PaymentTimedOut => "payment_timed_out",
        CancelReason::RequestedByCustomer => "requested_by_customer",
    }
}
