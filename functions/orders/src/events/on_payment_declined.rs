//! The provider will not pay: the order is cancelled, with the provider's reason.

use souk_contracts::PaymentDeclined;
use souk_kit::{Delivery, Refusal};

use super::tell;
use crate::{
    app::App,
    domain::{Fact, News},
};

pub(crate) async fn on_payment_declined(
    app: App,
    delivery: Delivery<PaymentDeclined>,
) -> Result<(), Refusal> {
    let news = News::of(Fact::PaymentDeclined).because(&delivery.data.reason);
    tell(&app, &delivery, delivery.data.order_id, news).await
}
