//! `GET` and `POST /oauth2/authorize`: the authorization endpoint (RFC 6749, 3.1). It shows nothing itself unless the request
//! does not say right where the answer would go: then no client is told, and nobody is sent anywhere.

use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use souk_kit::{Access, Problem, api::Doc};

use super::{
    answer::{Done, Shown},
    browser::Browser,
    onward::Onward,
    page::Page,
    posted::Body,
    sent::Sent,
};
use crate::{
    app::App,
    authorize::{Outcome, Parameters, consider, grant, once_logged_in, refuse, with_parameters},
};

pub(crate) const AUTHORIZE: Doc = Doc::new("Ask somebody to log in", Access::public())
    .about(
        "The authorization endpoint: a browser is sent here, and comes back to `redirect_uri` with a `code`, or with an `error`. \
         PKCE with `S256` is required of every client.",
    )
    .says(&[
        (303, "On to a page of the shop, or back to the client."),
        (400, "The request does not say right whose it is or where the answer goes."),
    ]);

pub(crate) const POST_AUTHORIZE: Doc =
    Doc::new("Ask somebody to log in, by a form", Access::public())
        .about("The same as with `GET`, which it leads to.")
        .says(&[(303, "On to the same with `GET`.")]);

/// The parameters of an authorization request (RFC 6749, RFC 7636, OpenID Connect Core).
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it only describes what `Sent` reads")]
pub(super) struct AuthorizeQuery {
    /// Who asks.
    client_id: Option<String>,
    /// Where the answer goes: a registered URI, character by character; of a loopback address, with any port.
    redirect_uri: Option<String>,
    /// `code`.
    response_type: Option<String>,
    /// What the token is to be good for; `openid` for an id_token.
    scope: Option<String>,
    /// Given back with the answer.
    state: Option<String>,
    /// SHA-256 of the `code_verifier`, in base64url.
    code_challenge: Option<String>,
    /// `S256`.
    code_challenge_method: Option<String>,
    /// Given back in the id_token.
    nonce: Option<String>,
    /// `none`, `login`, `consent`, `select_account`.
    prompt: Option<String>,
    /// How many seconds ago the login may have been.
    max_age: Option<String>,
    /// Which address the login page shows.
    login_hint: Option<String>,
    /// An id_token of whom the client expects.
    id_token_hint: Option<String>,
    /// `query`.
    response_mode: Option<String>,
}

pub(crate) async fn authorize(
    State(app): State<App>,
    browser: Browser,
    sent: Sent<AuthorizeQuery>,
) -> Shown {
    answer(&app, &browser, sent.parameters).await.into()
}

/// Another site's form does not bring the cookies along; what it leads to does.
pub(crate) async fn post_authorize(body: Body<AuthorizeQuery>) -> Done {
    let parameters: Vec<_> = url::form_urlencoded::parse(body.text.as_bytes()).collect();
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    Ok(Page::see_other(with_parameters(
        "/oauth2/authorize",
        &parameters,
    )))
    .into()
}

async fn answer(app: &App, browser: &Browser, parameters: Parameters) -> Result<Page, Problem> {
    let location = match consider(app, &parameters, browser.login_cookie()).await? {
        Outcome::Nowhere(why) => return nowhere(why),
        Outcome::Refuse(recipient, refusal) => refuse(app, &recipient, refusal),
        Outcome::LogIn => Onward::Authorize(once_logged_in(&parameters)).login(),
        Outcome::Ask(_) => format!("/account/consent?{}", parameters.query()),
        Outcome::Grant(asking) => grant(app, *asking, false).await?,
    };
    Ok(Page::see_other(location))
}

/// The page for a request that cannot be answered to anybody.
pub(super) fn nowhere(why: &str) -> Result<Page, Problem> {
    let text = format!("{why} Go back to it and try again; if this goes on, tell whoever runs it.");
    Page::wrong(
        StatusCode::BAD_REQUEST,
        "This request cannot be followed",
        &text,
    )
}
