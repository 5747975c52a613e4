//! The SQL. What it means is decided elsewhere.

pub(crate) mod erasure;
pub(crate) mod orders;
pub(crate) mod partitions;
pub(crate) mod price_list;
mod row;
