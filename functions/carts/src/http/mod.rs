//! What this function answers: one file for each endpoint. Everybody sees their own carts only.

mod cart_view;
mod create_cart;
mod delete_cart;
mod get_cart;
mod list_carts;
mod remove_line;
mod set_line;

pub(crate) use create_cart::create_cart;
pub(crate) use delete_cart::delete_cart;
pub(crate) use get_cart::get_cart;
pub(crate) use list_carts::list_carts;
pub(crate) use remove_line::remove_line;
pub(crate) use set_line::set_line;

use souk_kit::{Answer, Caller, Problem};
use uuid::Uuid;

use crate::{app::App, domain::Cart, store::carts};

/// The caller's cart of this id, if there is one.
async fn own(app: &App, caller: &Caller, cart_id: Uuid) -> Answer<Cart> {
    let cart = carts::find(&app.outbox, caller.subject, cart_id).await?;
    cart.ok_or_else(|| Problem::not_found("cart", cart_id))
}
