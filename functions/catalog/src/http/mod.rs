//! What this function answers: one file for each endpoint.

mod delete_product;
mod get_image;
mod get_product;
mod list_categories;
mod list_products;
mod product_view;
mod put_image;
mod put_product;

pub(crate) use delete_product::{DELETE_PRODUCT, delete_product};
pub(crate) use get_image::{GET_IMAGE, get_image};
pub(crate) use get_product::{GET_PRODUCT, get_product};
pub(crate) use list_categories::{LIST_CATEGORIES, list_categories};
pub(crate) use list_products::{LIST_PRODUCTS, list_products};
pub(crate) use put_image::{PUT_IMAGE, put_image};
pub(crate) use put_product::{PUT_PRODUCT, put_product};

use souk_kit::{Answer, Problem, api::Param};

use crate::domain::Sku;

/// The segment that every path of a product has.
const SKU: Param = Param::new("sku", "The product's stock keeping unit.")
    .pattern(Sku::PATTERN)
    .example("COF-ETH-250");

/// The SKU of a path; what is none names no product.
fn sku_of(path: &str) -> Answer<Sku> {
    Sku::parse(path).ok_or_else(|| no_product(path))
}

fn no_product(sku: impl std::fmt::Display) -> Problem {
    Problem::not_found("product", sku)
}
