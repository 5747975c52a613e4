//! `POST /oauth2/token`: tokens in exchange for a code, a refresh token, or a client's own secret.

use axum::extract::State;
use chrono::TimeDelta;
use schemars::JsonSchema;
use souk_kit::{
    Access,
    api::{Cached, Doc},
    auth::Role,
    http::Json,
};

use super::{ErrorCode, Form, OAuthError, Outcome};
use crate::{
    app::App,
    authorize::codes::{self, Presented},
    domain::{Client, ClientKind, Scope},
    sessions::{self, Opening, Seen, TokenAnswer, Tokens},
    tokens::{self, Given, Holder},
};

pub(super) const GIVE_TOKEN: Doc = Doc::new("Exchange a grant for tokens", Access::public())
    .about(
        "RFC 6749, 3.2. Grants: `authorization_code` (with `code`, `redirect_uri`, `code_verifier`), `refresh_token`, and \
         `client_credentials` for machines. A client with a secret shows it by HTTP Basic or in the form; one without says its \
         `client_id`. A refresh token is good once; used again, it ends the session, save that the same request from the same \
         address within ten seconds is answered the same.",
    )
    .says(&[
        (200, "Tokens."),
        (400, "No tokens; `error` says why."),
        (401, "The client is unknown, shut off, or its secret is wrong."),
    ]);

/// A grant.
#[derive(JsonSchema)]
#[schemars(rename = "Grant")]
#[expect(dead_code, reason = "it only describes what `Form` reads")]
pub(super) struct Grant {
    /// What is exchanged.
    #[schemars(extend("enum" = ["authorization_code", "refresh_token", "client_credentials"]))]
    grant_type: String,
    /// The client, if it does not say so by HTTP Basic.
    client_id: Option<String>,
    /// Its secret, if it has one and does not show it by HTTP Basic.
    client_secret: Option<String>,
    /// The code.
    code: Option<String>,
    /// Where the code was sent.
    redirect_uri: Option<String>,
    /// What the request's `code_challenge` was made of (RFC 7636).
    code_verifier: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
    /// Less than what could be had, apart by one space.
    scope: Option<String>,
}

type Answer = Outcome<Cached<Json<TokenAnswer>>>;

pub(super) async fn give_token(State(app): State<App>, form: Form<Grant>) -> Answer {
    let tokens = exchange(&app, &form).await;
    Outcome(tokens.map(|tokens| Cached {
        control: "no-store",
        answer: Json(TokenAnswer::of(tokens)),
    }))
}

async fn exchange(app: &App, form: &Form<Grant>) -> Result<Tokens, OAuthError> {
    let grant_type = form.need("grant_type", "grant_type is missing")?;
    let client = form.client(app).await?;
    match (grant_type, client.kind.acts_for_people()) {
        ("authorization_code", true) => redeem(app, &client, form).await,
        ("refresh_token", true) => {
            let token = form.need("refresh_token", "refresh_token is missing")?;
            let (scope, seen) = (form.scope()?, Seen::of(form.headers()));
            let tokens = sessions::refresh(app, &client, token, scope.as_ref(), &seen).await?;
            Ok(tokens)
        }
        ("client_credentials", false) => for_itself(app, client, form.scope()?).await,
        ("authorization_code" | "refresh_token" | "client_credentials", _) => {
            let why = "the client may not use this grant_type";
            Err(OAuthError::new(ErrorCode::UnauthorizedClient, why))
        }
        _ => {
            let why = "this grant_type is not known";
            Err(OAuthError::new(ErrorCode::UnsupportedGrantType, why))
        }
    }
}

async fn redeem(app: &App, client: &Client, form: &Form<Grant>) -> Result<Tokens, OAuthError> {
    let code = form.need("code", "code is missing")?;
    let presented = Presented {
        code,
        client_id: &client.client_id,
        redirect_uri: form.need("redirect_uri", "redirect_uri is missing")?,
        verifier: form.need("code_verifier", "code_verifier is missing")?,
    };
    let mut tx = app.outbox.begin().await?;
    let Some(grant) = codes::redeem(&mut tx, presented).await? else {
        // What was found out has to be kept: a code that comes again ends its session.
        tx.commit().await?;
        let why = "the code was used before, has expired, or was given for another request";
        return Err(OAuthError::new(ErrorCode::InvalidGrant, why));
    };
    let opening = Opening {
        subject: grant.account_id,
        role: Role::Customer,
        client,
        scope: grant.scope,
        authenticated_at: grant.authenticated_at,
        nonce: grant.nonce,
        seen: &Seen::of(form.headers()),
    };
    let tokens = sessions::open(app, &mut tx, opening).await?;
    if let Some(session_id) = tokens.session_id {
        codes::opened(&mut tx, code, session_id).await?;
    }
    tx.commit().await?;
    Ok(tokens)
}

/// A machine's token: everything that the machine was registered with, or less.
async fn for_itself(app: &App, client: Client, asked: Option<Scope>) -> Result<Tokens, OAuthError> {
    debug_assert_eq!(client.kind, ClientKind::Machine);
    let scope = asked.unwrap_or_else(|| client.scope.clone());
    if !scope.is_within(&client.scope) {
        let why = "more is asked for than the client was registered with";
        return Err(OAuthError::new(ErrorCode::InvalidScope, why));
    }
    let client_id = client.client_id.clone();
    let life: TimeDelta = app.settings.token_life;
    let given = Given {
        client_id: &client_id,
        scope: &scope,
        session: None,
        life,
    };
    let access_token = tokens::access(app, &Holder::Machine(client), &given).await?;
    Ok(Tokens {
        access_token,
        expires_in: life.num_seconds(),
        refresh_token: None,
        id_token: None,
        session_id: None,
        scope,
    })
}

#[cfg(test)]
mod tests;
