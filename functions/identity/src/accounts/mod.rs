//! Accounts: how they are made, changed, shown, exported and forgotten; and guests, who have none yet.

mod announce;
mod export;
mod http;
mod log_in;
mod parts;
pub(crate) mod registration;
mod seeds;
pub(crate) mod store;

use souk_kit::api::Routes;

use crate::{app::App, links};
pub(crate) use log_in::log_in;
pub(crate) use parts::Parts;
pub(crate) use seeds::{Seed, ensure, from_env as seeds_from_env};

/// What it answers.
pub(crate) fn routes() -> Routes<App> {
    Routes::new()
        .post(
            "/v1/accounts",
            http::register_account,
            &http::REGISTER_ACCOUNT,
        )
        .get("/v1/accounts", http::list_accounts, &http::LIST_ACCOUNTS)
        .get("/v1/accounts/me", http::get_account, &http::GET_ACCOUNT)
        .delete("/v1/accounts/me", http::erase_account, &http::ERASE_ACCOUNT)
        .get(
            "/v1/accounts/me/export",
            http::export_account,
            &http::EXPORT_ACCOUNT,
        )
        .put(
            "/v1/accounts/me/password",
            http::change_password,
            &http::CHANGE_PASSWORD,
        )
        .post(
            "/v1/accounts/me/verification",
            http::request_verification,
            &http::REQUEST_VERIFICATION,
        )
        .put(
            "/v1/accounts/{account_id}/role",
            http::set_role,
            &http::SET_ROLE,
        )
        .post(
            "/v1/email-verifications",
            http::verify_email,
            &http::VERIFY_EMAIL,
        )
        .post(
            "/v1/password-resets",
            http::request_password_reset,
            &http::REQUEST_PASSWORD_RESET,
        )
        .post(
            "/v1/password-resets/confirm",
            http::reset_password,
            &http::RESET_PASSWORD,
        )
        .post("/v1/guests", http::become_guest, &http::BECOME_GUEST)
        .merge(links::routes())
}
