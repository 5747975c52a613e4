//! What can be promised, and what becomes of a promise. Pure: nothing here waits, stores, or knows what time it is.

mod reservation;
mod stock;

pub use reservation::{Fact, State, Verdict, step};
pub use stock::{Change, Level, Levels, Pieces, book_out, describe, pieces, release, reserve};
