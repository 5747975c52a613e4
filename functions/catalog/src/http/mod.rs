//! What this function answers: one file for each endpoint.

mod delete_product;
mod get_image;
mod get_product;
mod list_categories;
mod list_products;
mod product_view;
mod put_image;
mod put_product;

pub(crate) use delete_product::delete_product;
pub(crate) use get_image::get_image;
pub(crate) use get_product::get_product;
pub(crate) use list_categories::list_categories;
pub(crate) use list_products::list_products;
pub(crate) use put_image::put_image;
pub(crate) use put_product::put_product;

use souk_kit::{Answer, Problem};

use crate::domain::Sku;

/// The SKU of a path; what is none names no product.
fn sku_of(path: &str) -> Answer<Sku> {
    Sku::parse(path).ok_or_else(|| no_product(path))
}

fn no_product(sku: impl std::fmt::Display) -> Problem {
    Problem::not_found("product", sku)
}
