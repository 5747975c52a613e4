//! What a payment is and how it moves. Pure: nothing here waits, stores, or knows what time it is.

mod entry;
mod payment;
mod standing;

pub use entry::{Entry, Kind, Outcome, Reply};
pub use payment::{NoRefund, Payment, Request};
pub use standing::{Contradiction, Fact, Standing, State, Wanted};
