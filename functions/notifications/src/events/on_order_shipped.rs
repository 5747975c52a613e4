//! An order is on its way.

use souk_contracts::OrderShipped;
use souk_kit::{Delivery, Refusal};

use super::inform;
use crate::{
    app::App,
    domain::{self, Status, Update},
};

pub(crate) async fn on_order_shipped(
    app: App,
    delivery: Delivery<OrderShipped>,
) -> Result<(), Refusal> {
    let order = delivery.data;
    let update = Update {
        order_id: order.order_id,
        account_id: order.account_id,
        status: Status::Shipped,
        reason: None,
        at: order.shipped_at,
    };
    inform(&app, update, domain::shipped(&order)).await
}
