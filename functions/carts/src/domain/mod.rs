//! What is in a cart, and how that changes. Pure: nothing here waits, stores, or knows what time it is.

mod cart;
mod line;

pub use cart::{CARTS_MAX, Cart, GUEST_CARTS_MAX, LINES_MAX, TooManyLines};
pub use line::{Line, QUANTITY_MAX, line_mistakes};
