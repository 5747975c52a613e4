//! Clients: who they are, what is stored of them, and how they show that it is they.

mod authentication;
mod declared;
mod registration;
mod store;

use souk_kit::Problem;
use sqlx::PgExecutor;

use crate::domain::Client;

pub(crate) use authentication::{Authentication, NotAuthenticated, authenticate};
pub(crate) use declared::{Declared, declare, from_env};
pub(crate) use registration::{Registered, Registration};
pub(crate) use store::{delete, find, insert, list, lock, machines, replace};

/// The shop's own client: what `POST /v1/sessions` and `POST /v1/guests` give belongs to it.
pub(crate) const SHOP: &str = "shop";

/// The shop's own client; 403 while an operator has shut it off.
pub(crate) async fn shop(db: impl PgExecutor<'_>) -> Result<Client, Problem> {
    let shop = find(db, SHOP).await?;
    let shop = shop.ok_or_else(|| Problem::internal("there is no client `shop`"))?;
    if shop.enabled {
        return Ok(shop);
    }
    Err(Problem::forbidden("The client `shop` is shut off."))
}
