//! Somebody has ordered.

use souk_contracts::OrderPlaced;
use souk_kit::{Delivery, Refusal};

use super::inform;
use crate::{
    app::App,
    domain::{self, Status, Update},
};

pub(crate) async fn on_order_placed(
    app: App,
    delivery: Delivery<OrderPlaced>,
) -> Result<(), Refusal> {
    let order = delivery.data;
    let update = Update {
        order_id: order.order_id,
        account_id: order.account_id,
        status: Status::Pending,
        reason: None,
        at: order.placed_at,
    };
    inform(&app, update, domain::placed(&order)).await
}
