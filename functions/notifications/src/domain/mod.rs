//! Where an order stands, as its customer is told, and what is written to whom. Pure: nothing here waits, stores, or knows
//! what time it is.

mod letter;
mod letters;
mod status;

pub use letter::{Kind, Letter};
pub use letters::{cancelled, confirmed, delivered, placed, shipped, unconfirmed, welcome};
pub use status::{Status, Update};
