//! An order will be shipped.

use souk_contracts::OrderConfirmed;
use souk_kit::{Delivery, Refusal};

use super::inform;
use crate::{
    app::App,
    domain::{self, Status, Update},
};

pub(crate) async fn on_order_confirmed(
    app: App,
    delivery: Delivery<OrderConfirmed>,
) -> Result<(), Refusal> {
    let order = delivery.data;
    let update = Update {
        order_id: order.order_id,
        account_id: order.account_id,
        status: Status::Confirmed,
        reason: None,
        at: order.confirmed_at,
    };
    inform(&app, update, domain::confirmed(&order)).await
}
