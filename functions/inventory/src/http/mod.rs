//! What this function answers: one file for each endpoint.

mod adjust_stock;
mod get_stock;
mod list_stock;
mod stock_view;

pub(crate) use adjust_stock::{ADJUST_STOCK, adjust_stock};
pub(crate) use get_stock::{GET_STOCK, get_stock};
pub(crate) use list_stock::{LIST_STOCK, list_stock};

use souk_kit::api::Param;

/// The segment that every path of an article's stock has.
const SKU: Param = Param::new("sku", "The article's stock keeping unit.").example("COF-ETH-250");
