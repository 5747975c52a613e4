//! A product is not sold any more: noted, for when catalog cannot be asked.

use souk_contracts::ProductWithdrawn;
use souk_kit::{Delivery, Refusal};

use crate::{app::App, store::price_list};

pub(crate) async fn on_product_withdrawn(
    app: App,
    delivery: Delivery<ProductWithdrawn>,
) -> Result<(), Refusal> {
    Ok(price_list::withdraw(app.outbox.pool(), &delivery.data).await?)
}
