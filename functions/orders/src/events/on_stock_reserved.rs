//! Every line is set aside: now the payment is requested.

use souk_contracts::StockReserved;
use souk_kit::{Delivery, Refusal};

use super::tell;
use crate::{
    app::App,
    domain::{Fact, News},
};

pub(crate) async fn on_stock_reserved(
    app: App,
    delivery: Delivery<StockReserved>,
) -> Result<(), Refusal> {
    let news = News::of(Fact::StockReserved);
    tell(&app, &delivery, delivery.data.order_id, news).await
}
