//! `POST /oauth2/revoke` (RFC 7009): a client gives a token back.

use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use souk_kit::{
    Access,
    api::{Doc, Output, Reply, Schemas},
};

use super::{ErrorCode, Form, OAuthError, Outcome, own_access_token};
use crate::{app::App, chance::digest, domain::Client, sessions};

pub(super) const REVOKE_TOKEN: Doc = Doc::new("Give a token back", Access::public())
    .about(
        "RFC 7009. A refresh token, or an access token of a session: the session ends. What others believe without asking, an access \
         token, they believe until it expires. A machine's token belongs to no session: shut the client off instead.",
    )
    .says(&[
        (200, "The token is good for nothing more, or never was."),
        (400, "`unsupported_token_type`: it can only expire."),
        (401, "The client is unknown, shut off, or its secret is wrong."),
    ]);

/// A token, and who gives it back.
#[derive(JsonSchema)]
#[schemars(rename = "Revocation")]
#[expect(dead_code, reason = "it only describes what `Form` reads")]
pub(super) struct Revocation {
    /// The token.
    token: String,
    /// What it is. It is found out without.
    token_type_hint: Option<String>,
    /// The client, if it does not say so by HTTP Basic.
    client_id: Option<String>,
    /// Its secret, if it has one and does not show it by HTTP Basic.
    client_secret: Option<String>,
}

/// Nothing more to be said.
pub(super) struct Done;

impl axum::response::IntoResponse for Done {
    fn into_response(self) -> axum::response::Response {
        StatusCode::OK.into_response()
    }
}

impl Output for Done {
    fn replies(_: &mut Schemas) -> Vec<Reply> {
        vec![Reply::empty(200)]
    }
}

pub(super) async fn revoke_token(State(app): State<App>, form: Form<Revocation>) -> Outcome<Done> {
    Outcome(revoke(&app, &form).await.map(|()| Done))
}

async fn revoke(app: &App, form: &Form<Revocation>) -> Result<(), OAuthError> {
    let token = form.need("token", "token is missing")?;
    let client = form.client(app).await?;
    let refreshable = sessions::find_refreshable(app.pool(), &digest(token)).await?;
    let session_id = match refreshable {
        Some(found) => (found.client_id == client.client_id).then_some(found.session_id),
        None => session_of(app, &client, token).await?,
    };
    // A token that is another client's, or nobody's, is left alone, and nobody is told.
    if let Some(session_id) = session_id {
        let mut tx = app.outbox.begin().await?;
        sessions::end(&mut tx, session_id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The session of an access token of this client.
async fn session_of(
    app: &App,
    client: &Client,
    token: &str,
) -> Result<Option<uuid::Uuid>, OAuthError> {
    let Some(caller) = own_access_token(app, client, token).await else {
        return Ok(None);
    };
    if caller.session.is_none() {
        let why = "a token without a session can only expire";
        return Err(OAuthError::new(ErrorCode::UnsupportedTokenType, why));
    }
    Ok(caller.session)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::testing::{Answered, Desk, ERP_SECRET};

    async fn ada(desk: &Desk) -> Answered {
        desk.register("ada@souk.example", "correct horse").await;
        desk.log_in("ada@souk.example", "correct horse").await
    }

    fn is_refused(answer: &Answered, error: &str) {
        assert_eq!(answer.body["error"], error, "{answer:?}");
    }

    #[tokio::test]
    async fn what_is_given_back_is_good_for_nothing_more() {
        let desk = Desk::open().await;
        for kind in ["refresh_token", "access_token"] {
            let tokens = ada(&desk).await;
            let token = tokens.body[kind].as_str().unwrap();
            let fields = [("client_id", "shop"), ("token", token)];
            let revoked = desk.form("/oauth2/revoke", &fields).await;
            assert_eq!(revoked.status, StatusCode::OK, "{revoked:?}");
            is_refused(&desk.refresh(&tokens).await, "invalid_grant");
            let access = tokens.body["access_token"].as_str().unwrap();
            let told = desk.get("/oauth2/userinfo", access).await;
            assert_eq!(told.status, StatusCode::UNAUTHORIZED);
        }
        let unknown = desk
            .form("/oauth2/revoke", &[("client_id", "shop"), ("token", "x")])
            .await;
        assert_eq!(unknown.status, StatusCode::OK);
        let machine = desk.machine("erp", ERP_SECRET).await;
        let token = machine.body["access_token"].as_str().unwrap();
        let fields = [
            ("client_id", "erp"),
            ("client_secret", ERP_SECRET),
            ("token", token),
        ];
        is_refused(
            &desk.form("/oauth2/revoke", &fields).await,
            "unsupported_token_type",
        );
    }
}
