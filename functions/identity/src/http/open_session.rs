//! `POST /v1/sessions`: a token for an e-mail address and its password. Neither the answer nor the time it takes tells whether
//! the address is known.

use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use souk_kit::{
    Answer, Problem,
    api::{Cached, Doc, Status},
    http::Json,
};

use crate::{
    app::App,
    domain::{Email, Password},
    store::accounts::{self, Stored},
};

/// No `Debug`: it has a password in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The account's e-mail address.
    email: String,
    /// The account's password.
    #[schemars(extend("format" = "password"))]
    password: String,
}

/// A token.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Session {
    /// The token.
    access_token: String,
    /// Its type (RFC 6750).
    #[schemars(extend("const" = "Bearer"))]
    token_type: &'static str,
    /// For how many seconds it is good.
    #[schemars(range(min = 1))]
    expires_in: i64,
}

pub(crate) const OPEN_SESSION: Doc = Doc::new("Log in")
    .about("Neither the answer nor the time it takes tells whether the address is known.")
    .says(&[(
        201,
        "A token, to be sent as `Authorization: Bearer <access_token>`.",
    )])
    .refuses(&[(
        401,
        "wrong-credentials",
        "The e-mail address or the password is wrong.",
    )])
    .asks(|| json!({ "email": "ada@souk.example", "password": "correct horse battery" }));

pub(crate) async fn open_session(
    State(app): State<App>,
    Json(Credentials { email, password }): Json<Credentials>,
) -> Answer<Cached<Status<201, Json<Session>>>> {
    let stored = find(&app, &email).await?;
    let hash = stored.as_ref().map(|stored| stored.password_hash.clone());
    let is_right = app
        .passwords
        .is_right(Password::offered(password), hash)
        .await?;
    let Some(Stored { account, .. }) = stored.filter(|_| is_right) else {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "wrong-credentials",
            "The e-mail address or the password is wrong.",
        ));
    };
    let (token_id, now) = (uuid::Uuid::now_v7(), app.outbox.clock().now());
    let access_token = app
        .signer
        .sign(&account, token_id, now)
        .map_err(Problem::internal)?;
    let session = Session {
        access_token,
        token_type: "Bearer",
        expires_in: app.signer.ttl_seconds(),
    };
    Ok(Cached {
        control: "no-store",
        answer: Status(Json(session)),
    })
}

/// What is no address has no account.
async fn find(app: &App, email: &str) -> Result<Option<Stored>, sqlx::Error> {
    match email.parse::<Email>() {
        Ok(email) => accounts::find_by_email(app.outbox.pool(), &email).await,
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::CACHE_CONTROL;
    use chrono::TimeDelta;

    use super::*;
    use crate::testing::Desk;

    #[tokio::test]
    async fn a_token_says_who_it_is_and_is_believed_until_it_expires() {
        let desk = Desk::open().await;
        let account = desk.register("ada@souk.example", "correct horse").await;
        let session = desk.log_in("Ada@souk.example", "correct horse").await;
        assert_eq!(session.status, StatusCode::CREATED, "{session:?}");
        assert_eq!(session.headers[CACHE_CONTROL], "no-store");
        assert_eq!(session.body["token_type"], "Bearer");
        assert_eq!(session.body["expires_in"], 3600);

        let token = session.body["access_token"].as_str().unwrap();
        let caller = desk.verifier().verify(token).unwrap();
        assert_eq!(caller.subject.to_string(), account.body["account_id"]);
        assert_eq!(
            (caller.email.as_str(), caller.has("customer")),
            ("ada@souk.example", true)
        );
        desk.clock.advance(TimeDelta::seconds(3606));
        assert!(desk.verifier().verify(token).is_err());
    }

    #[tokio::test]
    async fn a_wrong_password_and_an_unknown_address_are_answered_the_same() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        let wrong = desk.log_in("ada@souk.example", "wrong horse").await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        for email in ["bob@souk.example", "no address", ""] {
            let unknown = desk.log_in(email, "correct horse").await;
            assert_eq!((unknown.status, &unknown.body), (wrong.status, &wrong.body));
        }
    }
}
