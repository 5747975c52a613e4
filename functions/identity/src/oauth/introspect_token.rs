//! `POST /oauth2/introspect` (RFC 7662): a client with a secret asks whether a token of its own is good.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    Access,
    api::{Cached, Doc},
    http::Json,
};
use uuid::Uuid;

use super::{ErrorCode, Form, OAuthError, Outcome, own_access_token};
use crate::{app::App, chance::digest, domain::Client, sessions};

pub(super) const INTROSPECT_TOKEN: Doc = Doc::new("Ask whether a token is good", Access::public())
    .about(
        "RFC 7662, for clients with a secret, about tokens that were given to them. Of any other token it is only said that it is \
         not active. Here an access token is good no more once its session has ended.",
    )
    .says(&[
        (200, "What the token is, or that it is not active."),
        (400, "`error` says what is wrong with the request."),
        (401, "The client is unknown, shut off, keeps no secret, or its secret is wrong."),
    ]);

/// A token, and who asks.
#[derive(JsonSchema)]
#[schemars(rename = "Introspection")]
#[expect(dead_code, reason = "it only describes what `Form` reads")]
pub(super) struct Question {
    /// The token.
    token: String,
    /// What it is. It is found out without.
    token_type_hint: Option<String>,
    /// The client, if it does not say so by HTTP Basic.
    client_id: Option<String>,
    /// Its secret, if it does not show it by HTTP Basic.
    client_secret: Option<String>,
}

/// What a token is. Of one that is not active there is nothing but that.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "TokenState")]
pub(super) struct TokenState {
    /// Whether it is good.
    active: bool,
    /// What it is good for, apart by one space.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    scope: Option<String>,
    /// The client it was given to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    client_id: Option<String>,
    /// `Bearer`, or `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    token_type: Option<&'static str>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    sub: Option<Uuid>,
    /// When it expires, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "integer"))]
    exp: Option<i64>,
    /// Who has given it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    iss: Option<String>,
}

pub(super) async fn introspect_token(
    State(app): State<App>,
    form: Form<Question>,
) -> Outcome<Cached<Json<TokenState>>> {
    let state = introspect(&app, &form).await;
    Outcome(state.map(|state| Cached {
        control: "no-store",
        answer: Json(state),
    }))
}

async fn introspect(app: &App, form: &Form<Question>) -> Result<TokenState, OAuthError> {
    let token = form.need("token", "token is missing")?;
    let client = form.client(app).await?;
    if !client.kind.has_secret() {
        let why = "only a client that keeps a secret is answered";
        return Err(OAuthError::new(ErrorCode::InvalidClient, why));
    }
    let state = match of_refresh_token(app, &client, token).await? {
        Some(state) => Some(state),
        None => of_access_token(app, &client, token).await?,
    };
    Ok(state.unwrap_or_default())
}

async fn of_refresh_token(
    app: &App,
    client: &Client,
    token: &str,
) -> Result<Option<TokenState>, OAuthError> {
    let found = sessions::find_refreshable(app.pool(), &digest(token)).await?;
    let now = app.now();
    let found = found.filter(|found| {
        found.client_id == client.client_id && found.is_open(now) && found.is_newest()
    });
    Ok(found.map(|found| TokenState {
        active: true,
        scope: Some(found.scope().to_string()),
        client_id: Some(found.client_id),
        token_type: Some("refresh_token"),
        sub: Some(found.subject),
        exp: Some(found.expires_at.timestamp()),
        iss: Some(app.settings.issuer.clone()),
    }))
}

async fn of_access_token(
    app: &App,
    client: &Client,
    token: &str,
) -> Result<Option<TokenState>, OAuthError> {
    let Some(caller) = own_access_token(app, client, token).await else {
        return Ok(None);
    };
    if let Some(session_id) = caller.session
        && !sessions::is_open(app.pool(), session_id, app.now()).await?
    {
        return Ok(None);
    }
    Ok(Some(TokenState {
        active: true,
        scope: Some(caller.scopes().join(" ")),
        token_type: Some("Bearer"),
        sub: Some(caller.subject),
        exp: Some(caller.expires_at.timestamp()),
        iss: Some(app.settings.issuer.clone()),
        client_id: Some(caller.client),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Answered, Desk, ERP_SECRET};

    async fn ada(desk: &Desk) -> Answered {
        desk.register("ada@souk.example", "correct horse").await;
        desk.log_in("ada@souk.example", "correct horse").await
    }

    fn is_refused(answer: &Answered, error: &str) {
        assert_eq!(answer.body["error"], error, "{answer:?}");
    }

    #[tokio::test]
    async fn a_client_is_told_of_its_own_tokens_only_and_only_if_it_keeps_a_secret() {
        let desk = Desk::open().await;
        let ask = async |client_id: &str, secret: &str, token: &str| {
            let fields = [
                ("client_id", client_id),
                ("client_secret", secret),
                ("token", token),
            ];
            desk.form("/oauth2/introspect", &fields).await
        };
        let tokens = ada(&desk).await;
        let access = tokens.body["access_token"].as_str().unwrap();
        assert_eq!(
            ask("erp", ERP_SECRET, access).await.body,
            json!({ "active": false })
        );
        is_refused(&ask("shop", "", access).await, "invalid_client");
        let machine = desk.machine("erp", ERP_SECRET).await;
        let own = ask(
            "erp",
            ERP_SECRET,
            machine.body["access_token"].as_str().unwrap(),
        )
        .await;
        assert_eq!(
            (&own.body["active"], &own.body["client_id"]),
            (&json!(true), &json!("erp"))
        );
        assert_eq!(
            ask("erp", ERP_SECRET, "x").await.body,
            json!({ "active": false })
        );
    }
}
