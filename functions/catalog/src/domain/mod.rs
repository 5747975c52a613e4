//! What a product is, and what becomes of it. Pure: nothing here waits, stores, or knows what time it is.

mod details;
mod filter;
mod picture;
mod product;
mod sku;

pub use details::{Details, is_category};
pub use filter::Filter;
pub use picture::{Format, PICTURE_BYTES_MAX, Picture};
pub use product::{Entry, Product};
pub use sku::Sku;
