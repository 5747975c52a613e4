//! The parcel has arrived.

use souk_contracts::ShipmentDelivered;
use souk_kit::{Delivery, Refusal};

use super::tell;
use crate::{
    app::App,
    domain::{Fact, News},
};

pub(crate) async fn on_shipment_delivered(
    app: App,
    delivery: Delivery<ShipmentDelivered>,
) -> Result<(), Refusal> {
    let news = News::of(Fact::ShipmentDelivered);
    tell(&app, &delivery, delivery.data.order_id, news).await
}
