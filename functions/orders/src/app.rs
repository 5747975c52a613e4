//! What every handler has at hand.

use chrono::TimeDelta;
use souk_kit::{Answer, Problem, auth::MachineToken, postgres::Outbox};
use url::Url;

use crate::{
    domain::{Basket, PriceTags},
    neighbours::{Carts, Catalog},
    store::price_list,
};

const ASK_AGAIN_AFTER_SECONDS: u32 = 2;

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outbox: Outbox,
    pub(crate) catalog: Catalog,
    pub(crate) carts: Carts,
    pub(crate) patience: Patience,
}

/// How long what is waited for and kept.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// How long an order may wait for its payment.
    pub(crate) payment_window: TimeDelta,
    /// How long a confirmed order may wait to be heard of from shipping.
    pub(crate) booking_window: TimeDelta,
    /// How many months before the present one are kept.
    pub(crate) kept_months: u32,
}

impl App {
    pub(crate) fn new(
        outbox: Outbox,
        catalog: Url,
        carts: Url,
        token: MachineToken,
        patience: Patience,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            outbox,
            catalog: Catalog::at(catalog)?,
            carts: Carts::at(carts, token)?,
            patience,
        })
    }

    /// What the articles cost: by catalog or, while that does not answer, by what it has published so far.
    pub(crate) async fn price_tags(&self, basket: &Basket) -> Answer<PriceTags> {
        match self.catalog.price_tags(basket).await {
            Ok(tags) => Ok(tags),
            Err(error) => {
                tracing::warn!(%error, "prices are taken from our own list");
                self.price_tags_heard_of(basket).await
            }
        }
    }

    /// An article that was never heard of may still be new: then nothing can be said for now.
    async fn price_tags_heard_of(&self, basket: &Basket) -> Answer<PriceTags> {
        let heard_of = price_list::find(self.outbox.pool(), &basket.skus()).await?;
        if let Some(sku) = basket
            .skus()
            .iter()
            .find(|sku| !heard_of.contains_key(**sku))
        {
            let detail = format!("The price of {sku} cannot be told at the moment.");
            return Err(Problem::unavailable(detail, ASK_AGAIN_AFTER_SECONDS));
        }
        Ok(heard_of
            .into_iter()
            .filter_map(|(sku, tag)| Some((sku, tag?)))
            .collect())
    }
}
