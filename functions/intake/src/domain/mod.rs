//! What a publisher may say, and how an event has to look. Pure: nothing here knows HTTP or the broker.

mod candidate;
mod check;
#[cfg(test)]
mod check_tests;
mod extensions;
mod publisher;
mod text;

pub use candidate::{Candidate, Kind, Mistake};
pub use check::check;
pub use publisher::{Publisher, SCOPE_PREFIX};
pub use text::is_json;
