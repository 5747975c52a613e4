//! carts.
