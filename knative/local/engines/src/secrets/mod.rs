//! What a cluster's operator would have put into Secrets, made once and kept.
//!
//! Files are for their owner only, values are never logged. Which secret is wanted by whom is not known here.

mod generate;
mod signing_key;
mod store;

pub use generate::{random_token, readable_password};
pub use signing_key::SigningKey;
pub use store::{Entries, SecretStore};
