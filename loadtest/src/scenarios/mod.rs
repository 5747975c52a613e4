//! What people do in a shop.

pub(crate) mod browse;
pub(crate) mod order;
