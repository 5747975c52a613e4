//! `GET` and `POST /account/logout`: this browser is logged out. Programs that somebody has logged in to keep their sessions, which
//! are ended at `/account/sessions`.

use askama::Template;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{Access, Problem, api::Doc};

use super::{
    answer::{Done, Shown},
    browser::Browser,
    page::Page,
    posted::Posted,
};
use crate::{app::App, authorize::logins};

pub(crate) const SHOW_LOGOUT: Doc =
    Doc::new("Show the page to log out", Access::public()).says(&[(200, "The page.")]);

pub(crate) const SUBMIT_LOGOUT: Doc = Doc::new("Log a browser out", Access::public())
    .about("The form of the page. Programs keep their sessions.")
    .says(&[
        (200, "Logged out."),
        (403, "The form was not shown to this browser."),
    ]);

/// The form has no field but its mark.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct LogoutForm {}

/// Asks whether to log out.
#[derive(Template)]
#[template(path = "logout.html")]
pub(super) struct LogoutPage<'a> {
    pub(super) form: String,
    pub(super) email: &'a str,
    pub(super) action: &'a str,
    pub(super) fields: Vec<(&'a str, &'a str)>,
}

pub(crate) async fn show_logout(State(app): State<App>, browser: Browser) -> Shown {
    show(&app, &browser).await.into()
}

async fn show(app: &App, browser: &Browser) -> Result<Page, Problem> {
    let Some((_, account)) = browser.who(app).await? else {
        return logged_out();
    };
    let page = Page::new(&LogoutPage {
        form: browser.form_token(),
        email: account.email.as_str(),
        action: "/account/logout",
        fields: Vec::new(),
    })?;
    Ok(page.cookie(browser.form_cookie()))
}

pub(crate) async fn submit_logout(
    State(app): State<App>,
    Posted { browser, .. }: Posted<LogoutForm>,
) -> Done {
    log_out(&app, &browser).await.into()
}

async fn log_out(app: &App, browser: &Browser) -> Result<Page, Problem> {
    end(app, browser).await?;
    Ok(logged_out()?.cookie(browser.logged_out()))
}

/// Ends the login of this browser, if it has one.
pub(super) async fn end(app: &App, browser: &Browser) -> Result<(), Problem> {
    if let Some(cookie) = browser.login_cookie() {
        let mut conn = app.pool().acquire().await?;
        logins::end_by_cookie(&mut conn, cookie).await?;
    }
    Ok(())
}

/// The page that says so.
pub(super) fn logged_out() -> Result<Page, Problem> {
    let link = Some(("/account/login", "Log in again"));
    Page::message(
        "You are logged out",
        "Nobody is logged in in this browser.",
        link,
    )
}
