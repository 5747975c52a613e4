//! `GET` and `POST /oauth2/logout`: a client logs somebody out (OpenID Connect RP-Initiated Logout). An id_token says whom: their
//! session with the client ends, and the browser is logged out if it is theirs. Without one, whoever is logged in is asked, so
//! that no other site can log people out.

use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use souk_kit::{Access, Problem, api::Doc};

use super::{
    answer::{Done, Shown},
    browser::Browser,
    logout::{LogoutPage, end, logged_out},
    page::Page,
    posted::Body,
    sent::Sent,
};
use crate::{
    app::App,
    authorize::{Hint, Parameters, form_target, is_registered, read_hint, with_parameters},
    clients,
    domain::Account,
    sessions,
};

pub(crate) const END_LOGIN: Doc = Doc::new("Log somebody out for a client", Access::public())
    .about(
        "OpenID Connect RP-Initiated Logout. With an `id_token_hint` of whoever is logged in, the session it belongs to ends and the \
         browser is logged out; else the browser shows a page that asks.",
    )
    .says(&[
        (200, "A page that asks, or that says that nobody is logged in."),
        (303, "Logged out: back to `post_logout_redirect_uri`."),
        (400, "The client is not known, or the address is not one of its own."),
    ]);

pub(crate) const POST_END_LOGIN: Doc =
    Doc::new("Log somebody out for a client, by a form", Access::public())
        .about("The form of the page that asks; of others, it leads to the same with `GET`.")
        .says(&[(303, "Logged out, or on to the same with `GET`.")]);

/// What a client says (OpenID Connect RP-Initiated Logout, 2).
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it only describes what `Sent` reads")]
pub(super) struct EndLoginQuery {
    /// An id_token that the client was given, however old.
    id_token_hint: Option<String>,
    /// Who asks, if no id_token says it.
    client_id: Option<String>,
    /// Where the browser goes then: a registered URI, character by character.
    post_logout_redirect_uri: Option<String>,
    /// Given back there.
    state: Option<String>,
}

pub(crate) async fn end_login(
    State(app): State<App>,
    browser: Browser,
    sent: Sent<EndLoginQuery>,
) -> Shown {
    answer(&app, &browser, &sent.parameters, false).await.into()
}

pub(crate) async fn post_end_login(
    State(app): State<App>,
    browser: Browser,
    body: Body<EndLoginQuery>,
) -> Done {
    let parameters = Parameters::read(&body.text);
    if browser.has_sent(parameters.get("form")) {
        return answer(&app, &browser, &parameters, true).await.into();
    }
    // Another site's form does not bring the cookies along; what it leads to does.
    let parameters = parameters.with("form", None);
    Ok(Page::see_other(format!(
        "/oauth2/logout?{}",
        parameters.query()
    )))
    .into()
}

async fn answer(
    app: &App,
    browser: &Browser,
    parameters: &Parameters,
    is_confirmed: bool,
) -> Result<Page, Problem> {
    let hint = match parameters.get("id_token_hint") {
        Some(token) => read_hint(app, token).await?,
        None => None,
    };
    let back = match back(app, parameters, hint.as_ref()).await? {
        Ok(back) => back,
        Err(why) => {
            return Page::wrong(
                StatusCode::BAD_REQUEST,
                "This request cannot be followed",
                why,
            );
        }
    };
    let account = browser.who(app).await?.map(|(_, account)| account);
    if let Some(session_id) = hint.as_ref().and_then(|hint| hint.session_id) {
        let mut tx = app.outbox.begin().await?;
        sessions::end(&mut tx, session_id).await?;
        tx.commit().await?;
    }
    match account {
        Some(account) if !is_confirmed && !is_meant(&account, hint.as_ref()) => {
            ask(browser, parameters, &account, back.as_deref())
        }
        _ => {
            end(app, browser).await?;
            let page = back.map_or_else(logged_out, |back| Ok(Page::see_other(back)))?;
            Ok(page.cookie(browser.logged_out()))
        }
    }
}

fn is_meant(account: &Account, hint: Option<&Hint>) -> bool {
    hint.is_some_and(|hint| hint.subject == account.account_id)
}

/// Where the browser goes then, if the client has said so rightly.
async fn back(
    app: &App,
    parameters: &Parameters,
    hint: Option<&Hint>,
) -> Result<Result<Option<String>, &'static str>, Problem> {
    let said = parameters.get("client_id");
    let hinted = hint.map(|hint| hint.client_id.as_str());
    if said.is_some() && hinted.is_some() && said != hinted {
        return Ok(Err("The request comes from another program than it says."));
    }
    let Some(uri) = parameters.get("post_logout_redirect_uri") else {
        return Ok(Ok(None));
    };
    let client = match hinted.or(said) {
        Some(client_id) => clients::find(app.pool(), client_id).await?,
        None => None,
    };
    let is_its_own = client.is_some_and(|client| {
        let mut uris = client.post_logout_redirect_uris.iter();
        client.enabled && uris.any(|registered| is_registered(registered, uri))
    });
    if !is_its_own {
        return Ok(Err(
            "You would be sent back to an address that is not the program's.",
        ));
    }
    let state = parameters.get("state").map(|state| ("state", state));
    Ok(Ok(Some(match state {
        Some(state) => with_parameters(uri, &[state]),
        None => uri.to_owned(),
    })))
}

fn ask(
    browser: &Browser,
    parameters: &Parameters,
    account: &Account,
    back: Option<&str>,
) -> Result<Page, Problem> {
    let names = [
        "client_id",
        "id_token_hint",
        "post_logout_redirect_uri",
        "state",
    ];
    let sent = names
        .into_iter()
        .filter_map(|name| Some((name, parameters.get(name)?)));
    let page = Page::new(&LogoutPage {
        form: browser.form_token(),
        email: account.email.as_str(),
        action: "/oauth2/logout",
        fields: sent.collect(),
    })?;
    let page = page.forms_lead_to(back.and_then(form_target));
    Ok(page.cookie(browser.form_cookie()))
}
