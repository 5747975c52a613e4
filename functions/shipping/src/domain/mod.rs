//! What a shipment is and how it moves. Pure: nothing here waits, stores, or knows what time it is.

mod cancellation;
mod shipment;
mod state;

pub use cancellation::{CancellationAnswer, answer};
pub use shipment::{Parcel, Shipment};
pub use state::{Contradiction, Fact, State, Verdict, step};
