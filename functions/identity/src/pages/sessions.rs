//! `GET` and `POST /account/sessions`: where somebody is logged in, and an end to it.

use askama::Template;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{Access, Problem, api::Doc};
use uuid::Uuid;

use super::{
    answer::{Done, Shown},
    browser::Browser,
    onward::Onward,
    page::Page,
    posted::Posted,
    time,
};
use crate::{
    app::App,
    authorize::Login,
    domain::Account,
    sessions::{self, Session},
};

pub(crate) const SHOW_SESSIONS: Doc = Doc::new("Show one's sessions", Access::public())
    .about("The page is for whoever is logged in at the browser; programs read `GET /v1/sessions`.")
    .says(&[
        (200, "The page."),
        (303, "Nobody is logged in: to the login page."),
    ]);

pub(crate) const SUBMIT_SESSION_END: Doc =
    Doc::new("End one of one's sessions by a form", Access::public())
        .about("The form of the page.")
        .says(&[
            (303, "Ended, or not one's own: back to the sessions."),
            (403, "The form was not shown to this browser."),
        ]);

/// The form.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct SessionEndForm {
    /// Which one.
    session_id: Uuid,
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage<'a> {
    form: String,
    email: &'a str,
    since: String,
    sessions: Vec<Line>,
}

/// A session as the page shows it.
struct Line {
    session_id: Uuid,
    client: String,
    since: String,
    used: String,
    from: String,
}

pub(crate) async fn show_sessions(State(app): State<App>, browser: Browser) -> Shown {
    show(&app, &browser).await.into()
}

async fn show(app: &App, browser: &Browser) -> Result<Page, Problem> {
    let Some((login, account)) = browser.who(app).await? else {
        return Ok(Page::see_other(Onward::Sessions.login()));
    };
    let open = sessions::list(app.pool(), account.account_id, app.now()).await?;
    list(browser, &login, &account, open)
}

fn list(
    browser: &Browser,
    login: &Login,
    account: &Account,
    open: Vec<Session>,
) -> Result<Page, Problem> {
    let page = Page::new(&SessionsPage {
        form: browser.form_token(),
        email: account.email.as_str(),
        since: time::words(login.authenticated_at),
        sessions: open.into_iter().map(Line::of).collect(),
    })?;
    Ok(page.cookie(browser.form_cookie()))
}

pub(crate) async fn submit_session_end(
    State(app): State<App>,
    Posted { fields, browser }: Posted<SessionEndForm>,
) -> Done {
    end(&app, &browser, fields.session_id).await.into()
}

async fn end(app: &App, browser: &Browser, session_id: Uuid) -> Result<Page, Problem> {
    if let Some((_, account)) = browser.who(app).await? {
        let mut tx = app.outbox.begin().await?;
        sessions::end_own(&mut tx, account.account_id, session_id).await?;
        tx.commit().await?;
    }
    Ok(Page::see_other(Onward::Sessions.address()))
}

impl Line {
    fn of(session: Session) -> Self {
        let address = session
            .address
            .unwrap_or_else(|| "an unknown address".to_owned());
        let agent = match session.agent.as_str() {
            "" => "an unnamed program",
            agent => agent,
        };
        Self {
            session_id: session.session_id,
            client: session.client_name.unwrap_or(session.client_id),
            since: time::words(session.opened_at),
            used: time::words(session.last_used_at),
            from: format!("{address}, {agent}"),
        }
    }
}
