//! The SQL. What it means is decided elsewhere.

pub(crate) mod claims;
pub(crate) mod dead_letters;
mod row;

pub(crate) use row::{Failed, Kept};

/// PostgreSQL's text knows every character but this one.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
