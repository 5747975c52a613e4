//! The SQL. What it means is decided elsewhere.

pub(crate) mod reservations;
pub(crate) mod stock;
