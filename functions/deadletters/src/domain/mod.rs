//! What a dead letter says about itself, and where it may be sent. Pure: nothing here waits, stores, or knows what time it is.

mod dead_letter;
mod format;
mod resend;
mod status;
mod subscribers;

pub use dead_letter::DeadLetter;
pub use resend::{Unsendable, headers};
pub use status::Status;
pub use subscribers::{NoPattern, Subscribers};
