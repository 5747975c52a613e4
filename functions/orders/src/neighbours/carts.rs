//! Asks carts for a basket, with its owner's own token: whose it is, carts decides.

use serde::Deserialize;
use souk_contracts::StockLine;
use souk_kit::{
    Answer, Caller, FieldError, Problem,
    resilience::{Client, ClientError},
};
use url::Url;
use uuid::Uuid;

use super::TIMEOUT;

/// Who knows the baskets.
#[derive(Clone)]
pub(crate) struct Carts(Client);

/// The part of a cart that an order is made of.
#[derive(Deserialize)]
struct Cart {
    lines: Vec<CartLine>,
}

#[derive(Deserialize)]
struct CartLine {
    sku: String,
    quantity: u32,
}

impl Carts {
    /// Asks at this address.
    pub(crate) fn at(base: Url) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self(Client::new("carts", base, TIMEOUT)?))
    }

    /// What is in the caller's cart.
    pub(crate) async fn lines(&self, cart_id: Uuid, caller: &Caller) -> Answer<Vec<StockLine>> {
        let path = format!("/v1/carts/{cart_id}");
        let cart: Cart = self
            .0
            .get_json(&path, Some(caller.token()))
            .await
            .map_err(|error| refuse(cart_id, error))?;
        let line = |CartLine { sku, quantity }| StockLine { sku, quantity };
        Ok(cart.lines.into_iter().map(line).collect())
    }
}

fn refuse(cart_id: Uuid, error: ClientError) -> Problem {
    match error.status().map(|status| status.as_u16()) {
        Some(404) => Problem::invalid(vec![FieldError::new(
            "cart_id",
            format!("there is no cart {cart_id}"),
        )]),
        _ => error.into(),
    }
}
