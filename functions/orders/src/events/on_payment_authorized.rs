//! The provider holds the money: the order is confirmed.

use souk_contracts::PaymentAuthorized;
use souk_kit::{Delivery, Refusal};

use super::tell;
use crate::{
    app::App,
    domain::{Fact, News},
};

pub(crate) async fn on_payment_authorized(
    app: App,
    delivery: Delivery<PaymentAuthorized>,
) -> Result<(), Refusal> {
    let news = News::of(Fact::PaymentAuthorized);
    tell(&app, &delivery, delivery.data.order_id, news).await
}
