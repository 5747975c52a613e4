//! `POST /v1/sessions`: tokens for an e-mail address and its password. Neither the answer nor the time it takes tells whether
//! the address is known.

use axum::{extract::State, http::HeaderMap};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Access, Answer,
    api::{Cached, Doc, Status},
    http::Json,
};

use crate::{
    accounts,
    app::App,
    clients,
    domain::Scope,
    lockout,
    sessions::{self, Opening, Seen, TokenAnswer},
};

// No `Debug`: it has a password in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// The account's e-mail address.
    email: String,
    /// The account's password.
    #[schemars(extend("format" = "password"))]
    password: String,
}

pub(super) const OPEN_SESSION: Doc = Doc::new("Log in", Access::public())
    .about(
        "For the shop's own programs, whose `client_id` is `shop`; any other program sends people to `/oauth2/authorize`. Neither the \
         answer nor the time it takes tells whether the address is known. Whoever guesses has to wait: longer each time, and \
         without locking out the owner where they have logged in before.",
    )
    .unkept("the answer holds tokens. Once more is another session.")
    .says(&[(
        201,
        "Tokens. The access token is sent as `Authorization: Bearer <access_token>`; the refresh token is exchanged for the next \
         pair at `POST /oauth2/token`.",
    )])
    .refuses(&[
        (
            401,
            "wrong-credentials",
            "The e-mail address or the password is wrong.",
        ),
        (403, "forbidden", "The client `shop` is shut off."),
        (
            429,
            "too-many-attempts",
            "There were too many wrong passwords; `Retry-After` says when the next one is looked at.",
        ),
    ])
    .asks(|| json!({ "email": "ada@souk.example", "password": "correct horse battery" }));

pub(super) async fn open_session(
    State(app): State<App>,
    headers: HeaderMap,
    Json(Credentials { email, password }): Json<Credentials>,
) -> Answer<Cached<Status<201, Json<TokenAnswer>>>> {
    let (account, attempt) = accounts::log_in(&app, &headers, &email, password).await?;
    let shop = clients::shop(app.pool()).await?;
    let mut tx = app.outbox.begin().await?;
    lockout::succeeded(&mut tx, &attempt).await?;
    let opening = Opening {
        subject: account.account_id,
        role: account.role,
        client: &shop,
        scope: Scope::of_role(account.role),
        authenticated_at: tx.now(),
        nonce: None,
        seen: &Seen::of(&headers),
    };
    let tokens = sessions::open(&app, &mut tx, opening).await?;
    tx.commit().await?;
    Ok(TokenAnswer::created(tokens))
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, header::CACHE_CONTROL};
    use chrono::TimeDelta;
    use souk_kit::auth::Role;

    use crate::testing::Desk;

    #[tokio::test]
    async fn a_token_says_who_it_is_and_is_believed_until_it_expires() {
        let desk = Desk::open().await;
        let account = desk.register("ada@souk.example", "correct horse").await;
        let session = desk.log_in("Ada@souk.example", "correct horse").await;
        assert_eq!(session.status, StatusCode::CREATED, "{session:?}");
        assert_eq!(session.headers[CACHE_CONTROL], "no-store");
        assert_eq!(session.body["token_type"], "Bearer");
        assert_eq!(session.body["expires_in"], 900);

        let token = session.body["access_token"].as_str().unwrap();
        let caller = desk.verifier().verify(token).await.unwrap();
        assert_eq!(caller.subject.to_string(), account.body["account_id"]);
        assert_eq!(
            (caller.email.as_deref(), caller.role),
            (Some("ada@souk.example"), Role::Customer)
        );
        assert_eq!(caller.client, "shop");
        assert!(caller.has_scope("orders:write") && caller.session.is_some());
        desk.clock.advance(TimeDelta::seconds(906));
        assert!(desk.verifier().verify(token).await.is_err());
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
