//! An order has arrived.

use souk_contracts::OrderDelivered;
use souk_kit::{Delivery, Refusal};

use super::inform;
use crate::{
    app::App,
    domain::{self, Status, Update},
};

pub(crate) async fn on_order_delivered(
    app: App,
    delivery: Delivery<OrderDelivered>,
) -> Result<(), Refusal> {
    let order = delivery.data;
    let update = Update {
        order_id: order.order_id,
        account_id: order.account_id,
        status: Status::Delivered,
        reason: None,
        at: order.delivered_at,
    };
    inform(&app, update, domain::delivered(&order)).await
}
