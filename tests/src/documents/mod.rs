//! What the shop says of itself: every answer and every event that the tests see is compared with it.

mod events;
mod exchange;
mod openapi;
mod schemas;

pub use events::{check_event, check_events};
pub use exchange::{Exchange, check_answer};
pub use openapi::check_update;

use serde_json::Value;

use crate::process::repository;

/// A document in docs/api.
fn read(name: &str) -> Value {
    let file = repository().join("docs/api").join(name);
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
