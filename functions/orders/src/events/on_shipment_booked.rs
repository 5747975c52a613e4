//! Shipping will pack the order: nobody has to ask any more whether it has heard of it.

use souk_contracts::ShipmentBooked;
use souk_kit::{Delivery, Refusal};

use super::tell;
use crate::{
    app::App,
    domain::{Fact, News},
};

pub(crate) async fn on_shipment_booked(
    app: App,
    delivery: Delivery<ShipmentBooked>,
) -> Result<(), Refusal> {
    let news = News::of(Fact::ShipmentBooked);
    tell(&app, &delivery, delivery.data.order_id, news).await
}
