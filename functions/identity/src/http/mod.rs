//! What this function answers: one file for each endpoint.

mod account_view;
mod get_account;
mod get_keys;
mod open_session;
mod register_account;

pub(crate) use get_account::get_account;
pub(crate) use get_keys::get_keys;
pub(crate) use open_session::open_session;
pub(crate) use register_account::register_account;
