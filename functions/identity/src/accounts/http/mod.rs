//! What can be asked about accounts: one file for each endpoint.

mod account_view;
mod become_guest;
mod change_password;
mod erase_account;
mod export_account;
mod get_account;
mod list_accounts;
mod register_account;
mod request_password_reset;
mod request_verification;
mod reset_password;
mod set_role;
mod verify_email;

pub(super) use become_guest::{BECOME_GUEST, become_guest};
pub(super) use change_password::{CHANGE_PASSWORD, change_password};
pub(super) use erase_account::{ERASE_ACCOUNT, erase_account};
pub(super) use export_account::{EXPORT_ACCOUNT, export_account};
pub(super) use get_account::{GET_ACCOUNT, get_account};
pub(super) use list_accounts::{LIST_ACCOUNTS, list_accounts};
pub(super) use register_account::{REGISTER_ACCOUNT, register_account};
pub(super) use request_password_reset::{REQUEST_PASSWORD_RESET, request_password_reset};
pub(super) use request_verification::{REQUEST_VERIFICATION, request_verification};
pub(super) use reset_password::{RESET_PASSWORD, reset_password};
pub(super) use set_role::{SET_ROLE, set_role};
pub(super) use verify_email::{VERIFY_EMAIL, verify_email};
