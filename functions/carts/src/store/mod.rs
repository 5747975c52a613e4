//! The table: see the card for what is where in it.

mod cart_item;
pub(crate) mod carts;
