//! `GET` and `POST /account/register`: a new customer, who is logged in then.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{Access, FieldError, Problem, api::Doc};

use super::{
    answer::{Done, Shown},
    browser::Browser,
    login::{OnwardQuery, open},
    onward::Onward,
    page::Page,
    posted::Posted,
    sent::Sent,
};
use crate::{
    accounts::registration::{check, register},
    app::App,
};

pub(crate) const SHOW_REGISTRATION: Doc =
    Doc::new("Show the page to register", Access::public()).says(&[(200, "The page.")]);

pub(crate) const SUBMIT_REGISTRATION: Doc = Doc::new(
    "Register a customer by a form",
    Access::public(),
)
.about("The form of the page. As `POST /v1/accounts`; the browser is logged in then.")
.says(&[
    (
        303,
        "Registered and logged in: on with what the browser came for, else to the sessions.",
    ),
    (403, "The form was not shown to this browser."),
    (
        422,
        "The page again: something cannot be accepted, or the address is taken.",
    ),
]);

// No `Debug`: it has a password in it.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct RegistrationForm {
    /// What the owner is called.
    #[serde(default)]
    name: String,
    /// Where the owner is written to.
    #[serde(default)]
    email: String,
    /// Chosen by the owner.
    #[serde(default)]
    #[schemars(extend("format" = "password"))]
    password: String,
    /// What the browser came for.
    #[serde(default)]
    r#continue: String,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegistrationPage<'a> {
    form: String,
    onward: String,
    client: Option<&'a str>,
    name: &'a str,
    email: &'a str,
    wrong: Option<&'a str>,
}

pub(crate) async fn show_registration(
    State(app): State<App>,
    browser: Browser,
    sent: Sent<OnwardQuery>,
) -> Shown {
    let onward = Onward::read(sent.get("continue"));
    page(&app, &browser, &onward, ("", ""), None).await.into()
}

pub(crate) async fn submit_registration(
    State(app): State<App>,
    Posted { fields, browser }: Posted<RegistrationForm>,
) -> Done {
    submit(&app, &browser, &fields).await.into()
}

async fn submit(app: &App, browser: &Browser, fields: &RegistrationForm) -> Result<Page, Problem> {
    let onward = Onward::read(Some(&fields.r#continue));
    let again = async |wrong: &str| {
        let kept = (fields.name.as_str(), fields.email.as_str());
        let page = page(app, browser, &onward, kept, Some(wrong)).await?;
        Ok::<_, Problem>(page.status(StatusCode::UNPROCESSABLE_ENTITY))
    };
    let wanted = match check(&fields.email, &fields.password, &fields.name) {
        Ok(wanted) => wanted,
        Err(errors) => return again(&sentence(&errors)).await,
    };
    let account = match register(app, None, wanted).await {
        Ok(account) => account,
        Err(problem) if problem.status() == StatusCode::CONFLICT => {
            return again(problem.detail()).await;
        }
        Err(problem) => return Err(problem),
    };
    let mut tx = app.outbox.begin().await?;
    let page = open(app, &mut tx, browser, account.account_id, &onward).await?;
    tx.commit().await?;
    Ok(page)
}

fn sentence(errors: &[FieldError]) -> String {
    let named = |error: &FieldError| match error.field.as_str() {
        "email" => format!("The e-mail address {}.", error.detail),
        field => format!("The {field} {}.", error.detail),
    };
    errors.iter().map(named).collect::<Vec<_>>().join(" ")
}

async fn page(
    app: &App,
    browser: &Browser,
    onward: &Onward,
    (name, email): (&str, &str),
    wrong: Option<&str>,
) -> Result<Page, Problem> {
    let purpose = onward.purpose(app).await?;
    let page = Page::new(&RegistrationPage {
        form: browser.form_token(),
        onward: onward.address(),
        client: purpose.client.as_deref(),
        name,
        email,
        wrong,
    })?;
    Ok(page
        .forms_lead_to(purpose.target)
        .cookie(browser.form_cookie()))
}
