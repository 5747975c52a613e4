//! What this function answers: one file for each endpoint.

mod adjust_stock;
mod get_stock;
mod list_stock;
mod stock_view;

pub(crate) use adjust_stock::adjust_stock;
pub(crate) use get_stock::get_stock;
pub(crate) use list_stock::list_stock;
