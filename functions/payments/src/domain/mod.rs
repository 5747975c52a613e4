//! What a payment is and how it moves. Pure: nothing here waits, stores, or knows what time it is.

mod ask;
mod entry;
mod intent;
mod operation;
mod payment;
mod refund;
mod standing;
mod wait;

pub use ask::Ask;
pub use entry::{Entry, Kind, Outcome, Reply};
pub use intent::{Intent, IntentStatus};
pub use operation::Operation;
pub use payment::{Announcement, Next, Payment, Request};
pub use refund::NoRefund;
pub use standing::{Contradiction, Fact, Standing, State, Wanted};
pub use wait::{Authentication, Postponed, Wait, left_to_the_broker};
