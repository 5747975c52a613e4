//! The SQL. What it means is decided elsewhere.

pub(crate) mod dead_letters;
