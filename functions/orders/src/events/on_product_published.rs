//! A product has a price: noted, for when catalog cannot be asked.

use souk_contracts::ProductPublished;
use souk_kit::{Delivery, Refusal};

use crate::{app::App, store::price_list};

pub(crate) async fn on_product_published(
    app: App,
    delivery: Delivery<ProductPublished>,
) -> Result<(), Refusal> {
    Ok(price_list::publish(app.outbox.pool(), &delivery.data).await?)
}
