//! `GET` and `POST /account/login`: an address and its password. Neither the page nor the time it takes tells whether the address
//! is known.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header::RETRY_AFTER},
    response::IntoResponse,
};
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{Access, Problem, api::Doc, postgres::Tx};

use super::{
    answer::{Done, Shown},
    browser::Browser,
    onward::{Onward, Purpose},
    page::Page,
    posted::Posted,
    sent::Sent,
};
use crate::{
    accounts,
    app::App,
    authorize::{Login, logins},
    lockout,
};

pub(crate) const SHOW_LOGIN: Doc =
    Doc::new("Show the page to log in", Access::public()).says(&[(200, "The page.")]);

pub(crate) const SUBMIT_LOGIN: Doc = Doc::new("Log a browser in", Access::public())
    .about("The form of the page. The browser is known by a cookie from then on.")
    .says(&[
        (
            303,
            "Logged in: on with what the browser came for, else to the sessions.",
        ),
        (401, "The page again: the address or the password is wrong."),
        (403, "The form was not shown to this browser."),
        (429, "The page again: there were too many wrong passwords."),
    ]);

/// What a page is for.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it only describes what `Sent` reads")]
pub(super) struct OnwardQuery {
    /// What the browser came for: `/oauth2/authorize` with its query.
    r#continue: Option<String>,
}

// No `Debug`: it has a password in it.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct LoginForm {
    /// The account's e-mail address.
    #[serde(default)]
    email: String,
    /// The account's password.
    #[serde(default)]
    #[schemars(extend("format" = "password"))]
    password: String,
    /// What the browser came for.
    #[serde(default)]
    r#continue: String,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    form: String,
    onward: String,
    client: Option<&'a str>,
    email: &'a str,
    wrong: Option<&'a str>,
}

pub(crate) async fn show_login(
    State(app): State<App>,
    browser: Browser,
    sent: Sent<OnwardQuery>,
) -> Shown {
    let onward = Onward::read(sent.get("continue"));
    let page = async {
        let purpose = onward.purpose(&app).await?;
        let email = purpose.login_hint.clone().unwrap_or_default();
        page(&browser, &onward, purpose, &email, None)
    };
    page.await.into()
}

pub(crate) async fn submit_login(
    State(app): State<App>,
    Posted { fields, browser }: Posted<LoginForm>,
) -> Done {
    let onward = Onward::read(Some(&fields.r#continue));
    let email = fields.email.clone();
    let done = match log_in(&app, &browser, fields, &onward).await {
        Ok(page) => Ok(page),
        Err(problem) => refused(&app, &browser, &onward, &email, problem).await,
    };
    done.into()
}

async fn log_in(
    app: &App,
    browser: &Browser,
    LoginForm {
        email, password, ..
    }: LoginForm,
    onward: &Onward,
) -> Result<Page, Problem> {
    let (account, attempt) = accounts::log_in(app, browser.headers(), &email, password).await?;
    let mut tx = app.outbox.begin().await?;
    lockout::succeeded(&mut tx, &attempt).await?;
    let is_secure = app.settings.is_secure();
    let device =
        lockout::remember_device(&mut tx, &attempt, app.chance.bytes()?, is_secure).await?;
    let page = open(app, &mut tx, browser, account.account_id, onward).await?;
    tx.commit().await?;
    tracing::info!(account_id = %account.account_id, "a browser was logged in");
    Ok(page.cookie(device))
}

/// Logs the browser in, whoever was before. The answer has its cookie; it counts from the commit on.
pub(super) async fn open(
    app: &App,
    tx: &mut Tx,
    browser: &Browser,
    account_id: uuid::Uuid,
    onward: &Onward,
) -> Result<Page, Problem> {
    let login = Login {
        login_id: tx.id(),
        account_id,
        authenticated_at: tx.now(),
    };
    if let Some(before) = browser.login_cookie() {
        logins::end_by_cookie(tx.conn(), before).await?;
    }
    let secret = app.chance.secret()?;
    logins::open(tx.conn(), &login, &secret).await?;
    Ok(Page::see_other(onward.address()).cookie(browser.logged_in(&secret)))
}

/// The page again where somebody may try again; a problem of ours otherwise.
async fn refused(
    app: &App,
    browser: &Browser,
    onward: &Onward,
    email: &str,
    problem: Problem,
) -> Result<Page, Problem> {
    let status = problem.status();
    if ![StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS].contains(&status) {
        return Err(problem);
    }
    let wrong = problem.detail().to_owned();
    let after = problem.into_response().headers().get(RETRY_AFTER).cloned();
    let purpose = onward.purpose(app).await?;
    let page = page(browser, onward, purpose, email, Some(&wrong))?;
    Ok(page.status(status).retry_after(after))
}

fn page(
    browser: &Browser,
    onward: &Onward,
    purpose: Purpose,
    email: &str,
    wrong: Option<&str>,
) -> Result<Page, Problem> {
    let template = LoginPage {
        form: browser.form_token(),
        onward: onward.address(),
        client: purpose.client.as_deref(),
        email,
        wrong,
    };
    let page = Page::new(&template)?;
    Ok(page
        .forms_lead_to(purpose.target)
        .cookie(browser.form_cookie()))
}
