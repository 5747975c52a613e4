//! What people see of the links: the pages that the mails lead to, and the one that asks for a mail. Opening a page changes nothing:
//! programs that look into mails open links, too.

mod forgot_password;
mod reset_password;
mod verify_email;

use axum::http::StatusCode;
use schemars::JsonSchema;
use souk_kit::{Problem, api::Routes};

use crate::{app::App, links, pages::Page};

/// What a mailed link carries.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it only describes what `Sent` reads")]
struct TokenQuery {
    /// The secret.
    token: Option<String>,
}

/// What they answer.
pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .unkept("it is a form that a browser sends, and the answer may set cookies.")
        .get(
            "/account/verify-email",
            verify_email::show_verify_email,
            &verify_email::SHOW_VERIFY_EMAIL,
        )
        .post(
            "/account/verify-email",
            verify_email::verify_email_by_form,
            &verify_email::VERIFY_EMAIL_BY_FORM,
        )
        .get(
            "/account/forgot-password",
            forgot_password::show_forgot_password,
            &forgot_password::SHOW_FORGOT_PASSWORD,
        )
        .post(
            "/account/forgot-password",
            forgot_password::forgot_password,
            &forgot_password::FORGOT_PASSWORD,
        )
        .get(
            "/account/reset-password",
            reset_password::show_reset_password,
            &reset_password::SHOW_RESET_PASSWORD,
        )
        .post(
            "/account/reset-password",
            reset_password::reset_password_by_form,
            &reset_password::RESET_PASSWORD_BY_FORM,
        )
}

/// For links that are wrong, old, or used. Which of these, nobody is told; `next` is where a new one comes
/// from: address and words.
fn unusable(status: StatusCode, next: Option<(&str, &str)>) -> Result<Page, Problem> {
    let problem = links::unusable();
    let page = Page::message("This link is not good", problem.detail(), next)?;
    Ok(page.status(status))
}

#[cfg(test)]
mod tests;
