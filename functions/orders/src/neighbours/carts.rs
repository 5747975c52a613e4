//! Asks carts for a basket, as the machine client that this function is: it may read any cart, so whose it is is said, and
//! looked at.

use axum::http::StatusCode;
use serde::Deserialize;
use souk_contracts::StockLine;
use souk_kit::{
    Answer, FieldError, Problem,
    auth::MachineToken,
    resilience::{Client, ClientError},
};
use url::Url;
use uuid::Uuid;

use super::TIMEOUT;

/// Who knows the baskets.
#[derive(Clone)]
pub(crate) struct Carts {
    client: Client,
    token: MachineToken,
}

/// The part of a cart that an order is made of.
#[derive(Deserialize)]
struct Cart {
    account_id: Uuid,
    lines: Vec<CartLine>,
}

#[derive(Deserialize)]
struct CartLine {
    sku: String,
    quantity: u32,
}

impl Carts {
    /// Asks at this address, with these tokens.
    pub(crate) fn at(base: Url, token: MachineToken) -> Result<Self, Box<dyn std::error::Error>> {
        let client = Client::new("carts", base, TIMEOUT)?;
        Ok(Self { client, token })
    }

    /// What is in a cart of this account.
    pub(crate) async fn lines(&self, cart_id: Uuid, account_id: Uuid) -> Answer<Vec<StockLine>> {
        let cart = self.cart(cart_id, account_id).await?;
        if cart.account_id != account_id {
            tracing::error!(%cart_id, "carts has answered with a cart of somebody else");
            return Err(no_cart(cart_id));
        }
        let line = |CartLine { sku, quantity }| StockLine { sku, quantity };
        Ok(cart.lines.into_iter().map(line).collect())
    }

    /// A token that is refused may be one whose key was given up a moment ago: it is asked again with a new one.
    async fn cart(&self, cart_id: Uuid, account_id: Uuid) -> Answer<Cart> {
        let refuse = |error| refuse(cart_id, error);
        let token = self.token.token().await?;
        match self.ask(cart_id, account_id, &token).await {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                self.token.forget(&token).await;
                let token = self.token.token().await?;
                let asked = self.ask(cart_id, account_id, &token).await;
                asked.map_err(refuse)
            }
            asked => asked.map_err(refuse),
        }
    }

    async fn ask(&self, cart_id: Uuid, account_id: Uuid, token: &str) -> Result<Cart, ClientError> {
        let path = format!("/v1/carts/{cart_id}?account_id={account_id}");
        self.client.get_json(&path, Some(token)).await
    }
}

fn refuse(cart_id: Uuid, error: ClientError) -> Problem {
    match error.status() {
        Some(StatusCode::NOT_FOUND) => no_cart(cart_id),
        _ => error.into(),
    }
}

fn no_cart(cart_id: Uuid) -> Problem {
    let detail = format!("there is no cart {cart_id}");
    Problem::invalid(vec![FieldError::new("cart_id", detail)])
}
