//! The parcel has left: the order is shipped, and knows its parcel.

use souk_contracts::ShipmentDispatched;
use souk_kit::{Delivery, Refusal};

use super::tell;
use crate::{
    app::App,
    domain::{Fact, News, Parcel},
};

pub(crate) async fn on_shipment_dispatched(
    app: App,
    delivery: Delivery<ShipmentDispatched>,
) -> Result<(), Refusal> {
    let parcel = Parcel {
        carrier: delivery.data.carrier.clone(),
        tracking_number: delivery.data.tracking_number.clone(),
    };
    let news = News::of(Fact::ShipmentDispatched).by(parcel);
    tell(&app, &delivery, delivery.data.order_id, news).await
}
