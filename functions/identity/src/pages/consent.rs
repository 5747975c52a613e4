//! `GET` and `POST /account/consent`: somebody who is logged in says whether a program may act for them. The request is read and
//! judged again, so that nobody allows what was not asked, nor what cannot be given.

use askama::Template;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{Access, Problem, api::Doc};

use super::{
    answer::{Done, Shown},
    authorize::{AuthorizeQuery, nowhere},
    browser::Browser,
    onward::Onward,
    page::Page,
    posted::Posted,
    sent::Sent,
};
use crate::{
    app::App,
    authorize::{Asking, Outcome, Parameters, consider, denied, form_target, grant, refuse, words},
};

pub(crate) const SHOW_CONSENT: Doc =
    Doc::new("Show the page to allow a program access", Access::public())
        .about("`/oauth2/authorize` leads here with its query.")
        .says(&[(200, "The page."), (303, "Nothing has to be asked.")]);

pub(crate) const SUBMIT_CONSENT: Doc =
    Doc::new("Allow a program access, or refuse it", Access::public())
        .about("The form of the page.")
        .says(&[
            (303, "Back to the client."),
            (403, "The form was not shown to this browser."),
        ]);

/// The form.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ConsentForm {
    /// The query of the request.
    #[serde(default)]
    request: String,
    /// `allow`, or anything else.
    #[serde(default)]
    decision: String,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    form: String,
    client: &'a str,
    email: &'a str,
    allows: Vec<String>,
    target: &'a str,
    request: String,
    onward: String,
}

pub(crate) async fn show_consent(
    State(app): State<App>,
    browser: Browser,
    sent: Sent<AuthorizeQuery>,
) -> Shown {
    show(&app, &browser, sent.parameters).await.into()
}

async fn show(app: &App, browser: &Browser, parameters: Parameters) -> Result<Page, Problem> {
    match consider(app, &parameters, browser.login_cookie()).await? {
        Outcome::Nowhere(why) => nowhere(why),
        Outcome::Ask(asking) => ask(browser, &parameters, &asking),
        Outcome::Refuse(..) | Outcome::LogIn | Outcome::Grant(_) => {
            Ok(Page::see_other(Onward::Authorize(parameters).address()))
        }
    }
}

fn ask(browser: &Browser, parameters: &Parameters, asking: &Asking) -> Result<Page, Problem> {
    let recipient = &asking.recipient;
    let target = form_target(&recipient.redirect_uri);
    let page = Page::new(&ConsentPage {
        form: browser.form_token(),
        client: &recipient.client.name,
        email: asking.account.email.as_str(),
        allows: words(&asking.wanted, asking.account.role),
        target: target.as_deref().unwrap_or(&recipient.redirect_uri),
        request: parameters.query(),
        onward: Onward::Authorize(parameters.clone()).address(),
    })?;
    Ok(page.forms_lead_to(target).cookie(browser.form_cookie()))
}

pub(crate) async fn submit_consent(
    State(app): State<App>,
    Posted { fields, browser }: Posted<ConsentForm>,
) -> Done {
    decide(&app, &browser, &fields).await.into()
}

async fn decide(app: &App, browser: &Browser, fields: &ConsentForm) -> Result<Page, Problem> {
    let parameters = Parameters::read(&fields.request);
    let asking = match consider(app, &parameters, browser.login_cookie()).await? {
        Outcome::Nowhere(why) => return nowhere(why),
        Outcome::Ask(asking) | Outcome::Grant(asking) => asking,
        Outcome::Refuse(..) | Outcome::LogIn => {
            return Ok(Page::see_other(Onward::Authorize(parameters).address()));
        }
    };
    let location = if fields.decision == "allow" {
        grant(app, *asking, true).await?
    } else {
        refuse(app, &asking.recipient, denied())
    };
    Ok(Page::see_other(location))
}
