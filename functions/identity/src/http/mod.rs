//! What this function answers: one file for each endpoint.

mod account_view;
mod get_account;
mod get_keys;
mod open_session;
mod register_account;

pub(crate) use get_account::{GET_ACCOUNT, get_account};
pub(crate) use get_keys::{GET_KEYS, get_keys};
pub(crate) use open_session::{OPEN_SESSION, open_session};
pub(crate) use register_account::{REGISTER_ACCOUNT, register_account};
