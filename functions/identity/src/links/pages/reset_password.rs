//! `GET` and `POST /account/reset-password`: the page that the mail leads to.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::Deserialize;
use souk_contracts::LinkPurpose;
use souk_kit::{Problem, api::Doc, auth::Access};

use super::{TokenQuery, unusable};
use crate::{
    app::App,
    domain::{Password, PasswordError},
    links,
    pages::{Browser, Done, Page, Posted, Sent, Shown},
};

const ASK_AGAIN: Option<(&str, &str)> =
    Some(("/account/forgot-password", "Have another link sent"));

pub(super) const SHOW_RESET_PASSWORD: Doc =
    Doc::new("Show the page that replaces a password", Access::public())
        .about("It changes nothing: its button does.")
        .says(&[
            (200, "The page."),
            (400, "The link is wrong, too old, or was used."),
        ]);

pub(super) const RESET_PASSWORD_BY_FORM: Doc = Doc::new("Choose a password by a form", Access::public())
    .about("As `POST /v1/password-resets/confirm`.")
    .says(&[
        (200, "It is changed."),
        (403, "The form was not shown to this browser."),
        (422, "The link is wrong, too old, or was used; or the page again: the password cannot be chosen."),
    ]);

// No `Debug`: it has secrets in it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ResetForm {
    /// What the link in the mail carries.
    #[serde(default)]
    token: String,
    /// The password from now on.
    #[serde(default)]
    #[schemars(extend("format" = "password"))]
    password: String,
}

#[derive(Template)]
#[template(path = "reset_password.html")]
struct ResetPage<'a> {
    form: String,
    token: &'a str,
    wrong: Option<&'a str>,
}

pub(super) async fn show_reset_password(
    State(app): State<App>,
    browser: Browser,
    sent: Sent<TokenQuery>,
) -> Shown {
    let token = sent.get("token").unwrap_or_default();
    show(&app, &browser, token, None).await.into()
}

async fn show(
    app: &App,
    browser: &Browser,
    token: &str,
    wrong: Option<&str>,
) -> Result<Page, Problem> {
    if !links::is_good(app, token, LinkPurpose::PasswordReset).await? {
        return unusable(StatusCode::BAD_REQUEST, ASK_AGAIN);
    }
    let form = browser.form_token();
    let page = Page::new(&ResetPage { form, token, wrong })?;
    Ok(page.cookie(browser.form_cookie()))
}

pub(super) async fn reset_password_by_form(
    State(app): State<App>,
    Posted { fields, browser }: Posted<ResetForm>,
) -> Done {
    submit(&app, &browser, &fields).await.into()
}

async fn submit(app: &App, browser: &Browser, fields: &ResetForm) -> Result<Page, Problem> {
    let password: Result<Password, PasswordError> = fields.password.parse();
    let password = match password {
        Ok(password) => password,
        Err(error) => {
            let wrong = format!("The password {error}.");
            let page = show(app, browser, &fields.token, Some(&wrong)).await?;
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    match links::reset_password(app, &fields.token, password, browser.headers()).await {
        Ok(()) => Page::message(
            "Your password is changed",
            "You are logged out everywhere. Log in with the new one.",
            Some(("/account/login", "Log in")),
        ),
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            unusable(problem.status(), ASK_AGAIN)
        }
        Err(problem) => Err(problem),
    }
}
