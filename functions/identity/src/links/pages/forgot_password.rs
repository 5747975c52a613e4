//! `GET` and `POST /account/forgot-password`: asks for a mail. The answer is always the same.

use askama::Template;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{Problem, api::Doc, auth::Access};

use crate::{
    app::App,
    links,
    pages::{Browser, Done, Page, Posted, Shown},
};

pub(super) const SHOW_FORGOT_PASSWORD: Doc = Doc::new(
    "Show the page that asks for a new password",
    Access::public(),
)
.says(&[(200, "The page.")]);

pub(super) const FORGOT_PASSWORD: Doc = Doc::new(
    "Have a link mailed that replaces one's password, by a form",
    Access::public(),
)
.about("The answer is always the same, whether there is such an account or not.")
.says(&[
    (200, "If there is such an account, a link is mailed soon."),
    (403, "The form was not shown to this browser."),
]);

#[derive(Deserialize, JsonSchema)]
pub(super) struct ForgottenForm {
    /// The account's address.
    #[serde(default)]
    email: String,
}

#[derive(Template)]
#[template(path = "forgot_password.html")]
struct ForgottenPage {
    form: String,
}

pub(super) async fn show_forgot_password(browser: Browser) -> Shown {
    show(&browser).into()
}

fn show(browser: &Browser) -> Result<Page, Problem> {
    let form = browser.form_token();
    let page = Page::new(&ForgottenPage { form })?;
    Ok(page.cookie(browser.form_cookie()))
}

pub(super) async fn forgot_password(
    State(app): State<App>,
    Posted { fields, .. }: Posted<ForgottenForm>,
) -> Done {
    let text = "If there is an account with this address, we have mailed a link to it. It is good for half an hour.";
    let page = match links::request_reset(&app, &fields.email).await {
        Ok(()) => Page::message(
            "Look into your mail",
            text,
            Some(("/account/login", "Back to the login")),
        ),
        Err(problem) => Err(problem),
    };
    page.into()
}
