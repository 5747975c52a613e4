//! There is too little, or what was held was given away: the order is cancelled, and says what was missing. One that is
//! confirmed already is cancelled when shipping agrees.

use souk_contracts::{Shortage, StockRejected};
use souk_kit::{Delivery, Refusal};

use super::tell;
use crate::{
    app::App,
    domain::{Fact, News},
};

pub(crate) async fn on_stock_rejected(
    app: App,
    delivery: Delivery<StockRejected>,
) -> Result<(), Refusal> {
    let shortages: Vec<_> = delivery.data.shortages.iter().map(describe).collect();
    let news = News::of(Fact::StockRejected).because(shortages.join("; "));
    tell(&app, &delivery, delivery.data.order_id, news).await
}

fn describe(shortage: &Shortage) -> String {
    let Shortage {
        sku,
        requested,
        available,
    } = shortage;
    format!("{sku}: {requested} ordered, {available} available")
}
