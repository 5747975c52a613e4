//! The SQL. What it means is decided elsewhere.

pub(crate) mod accounts;
