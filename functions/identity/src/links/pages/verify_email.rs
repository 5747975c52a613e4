//! `GET` and `POST /account/verify-email`: the page that the mail after registering leads to.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::Deserialize;
use souk_contracts::LinkPurpose;
use souk_kit::{Problem, api::Doc, auth::Access};

use super::{TokenQuery, unusable};
use crate::{
    app::App,
    links,
    pages::{Browser, Done, Page, Posted, Sent, Shown},
};

pub(super) const SHOW_VERIFY_EMAIL: Doc =
    Doc::new("Show the page that confirms an address", Access::public())
        .about("It changes nothing: its button does.")
        .says(&[
            (200, "The page."),
            (400, "The link is wrong, too old, or was used."),
        ]);

pub(super) const VERIFY_EMAIL_BY_FORM: Doc =
    Doc::new("Confirm an address by a form", Access::public()).says(&[
        (200, "It is confirmed."),
        (403, "The form was not shown to this browser."),
        (422, "The link is wrong, too old, or was used."),
    ]);

// No `Debug`: it has a secret in it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct VerificationForm {
    /// What the link in the mail carries.
    #[serde(default)]
    token: String,
}

#[derive(Template)]
#[template(path = "verify_email.html")]
struct VerificationPage<'a> {
    form: String,
    token: &'a str,
}

pub(super) async fn show_verify_email(
    State(app): State<App>,
    browser: Browser,
    sent: Sent<TokenQuery>,
) -> Shown {
    let token = sent.get("token").unwrap_or_default();
    show(&app, &browser, token).await.into()
}

async fn show(app: &App, browser: &Browser, token: &str) -> Result<Page, Problem> {
    if !links::is_good(app, token, LinkPurpose::EmailVerification).await? {
        return unusable(StatusCode::BAD_REQUEST, None);
    }
    let form = browser.form_token();
    let page = Page::new(&VerificationPage { form, token })?;
    Ok(page.cookie(browser.form_cookie()))
}

pub(super) async fn verify_email_by_form(
    State(app): State<App>,
    Posted { fields, .. }: Posted<VerificationForm>,
) -> Done {
    let page = match links::verify_email(&app, &fields.token).await {
        Ok(()) => Page::message(
            "Thank you",
            "Your e-mail address is confirmed.",
            Some(("/account/sessions", "To your account")),
        ),
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            unusable(problem.status(), None)
        }
        Err(problem) => Err(problem),
    };
    page.into()
}
