//! What this function answers: one file for each endpoint. Everybody sees their own carts only; a machine client may read
//! any, if it knows whose it is.

mod cart_view;
mod create_cart;
mod delete_cart;
mod get_cart;
mod list_carts;
mod remove_line;
mod set_line;

pub(crate) use create_cart::{CREATE_CART, create_cart};
pub(crate) use delete_cart::{DELETE_CART, delete_cart};
pub(crate) use get_cart::{GET_CART, get_cart};
pub(crate) use list_carts::{LIST_CARTS, list_carts};
pub(crate) use remove_line::{REMOVE_LINE, remove_line};
pub(crate) use set_line::{SET_LINE, set_line};

use souk_kit::{Answer, Caller, Problem, api::Param};
use uuid::Uuid;

use crate::{app::App, domain::Cart, store::carts};

const CART_ID: Param = Param::new("cart_id", "The cart.");
const SKU: Param = Param::new("sku", "The article's stock keeping unit.").example("COF-ETH-250");

/// The caller's cart of this id, if there is one.
async fn own(app: &App, caller: &Caller, cart_id: Uuid) -> Answer<Cart> {
    of_account(app, caller.subject, cart_id).await
}

/// The account's cart of this id, if there is one.
async fn of_account(app: &App, account_id: Uuid, cart_id: Uuid) -> Answer<Cart> {
    let cart = carts::find(&app.outbox, account_id, cart_id).await?;
    cart.ok_or_else(|| Problem::not_found("cart", cart_id))
}
