//! The SQL. What it means is decided elsewhere.

pub(crate) mod erasure;
pub(crate) mod movements;
mod row;
pub(crate) mod shipments;
pub(crate) mod standings;
