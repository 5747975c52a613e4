//! Clients: who they are, what is stored of them, and how they show that it is they.

mod authentication;
mod declared;
mod registration;
mod store;

pub(crate) use authentication::{Authentication, NotAuthenticated, authenticate};
pub(crate) use declared::{Declared, declare, from_env};
pub(crate) use registration::{Registered, Registration};
pub(crate) use store::{delete, find, insert, list, lock, machines, replace};

/// The shop's own client: what `POST /v1/sessions` and `POST /v1/guests` give belongs to it.
pub(crate) const SHOP: &str = "shop";
