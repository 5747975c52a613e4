//! `GET` and `POST /oauth2/userinfo` (OpenID Connect Core, 5.3): what a client may know of whoever has logged in.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    Access, Answer, Caller, Problem,
    api::{Cached, Doc},
    auth::Role,
    http::Json,
};
use uuid::Uuid;

use crate::{accounts, app::App, sessions};

const OWNERS: &[Role] = &[Role::Customer, Role::Merchant, Role::Operator];

pub(super) const GET_USERINFO: Doc =
    Doc::new("Read who has logged in", Access::of(OWNERS, "openid"))
        .about("What the scopes `email` and `profile` of the token allow to be told.")
        .says(&[(200, "The account.")]);

pub(super) const POST_USERINFO: Doc = Doc::new(
    "Read who has logged in, by POST",
    Access::of(OWNERS, "openid"),
)
.about("The same as by GET.")
.says(&[(200, "The account.")]);

/// Who has logged in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UserInfo")]
pub(super) struct UserInfo {
    /// The account.
    sub: Uuid,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    email: Option<String>,
    /// Whether its owner has shown that the address is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "boolean"))]
    email_verified: Option<bool>,
    /// What its owner is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    name: Option<String>,
}

type Told = Answer<Cached<Json<UserInfo>>>;

pub(super) async fn get_userinfo(State(app): State<App>, caller: Caller) -> Told {
    tell(&app, &caller).await
}

pub(super) async fn post_userinfo(State(app): State<App>, caller: Caller) -> Told {
    tell(&app, &caller).await
}

/// Nothing is told once the session has ended, even if the token has not.
async fn tell(app: &App, caller: &Caller) -> Told {
    if let Some(session_id) = caller.session
        && !sessions::is_open(app.pool(), session_id, app.now()).await?
    {
        return Err(Problem::invalid_token());
    }
    let account = accounts::store::find(app.pool(), caller.subject).await?;
    let account = account.ok_or_else(Problem::invalid_token)?;
    let mail = caller.has_scope("email");
    let answer = UserInfo {
        sub: account.account_id,
        email: mail.then(|| account.email.to_string()),
        email_verified: mail.then_some(account.email_verified_at.is_some()),
        name: caller.has_scope("profile").then_some(account.name),
    };
    Ok(Cached {
        control: "no-store",
        answer: Json(answer),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use crate::testing::{Answered, Desk};

    async fn ada(desk: &Desk) -> Answered {
        desk.register("ada@souk.example", "correct horse").await;
        desk.log_in("ada@souk.example", "correct horse").await
    }

    #[tokio::test]
    async fn a_client_reads_who_has_logged_in_as_far_as_the_scopes_go() {
        let desk = Desk::open().await;
        let tokens = ada(&desk).await;
        let access = tokens.body["access_token"].as_str().unwrap();
        let told = desk.get("/oauth2/userinfo", access).await;
        assert_eq!(told.status, StatusCode::OK, "{told:?}");
        assert_eq!(
            (&told.body["email"], &told.body["name"]),
            (&json!("ada@souk.example"), &json!("Ada"))
        );
        let guest = desk.guest().await;
        assert_eq!(
            desk.get("/oauth2/userinfo", &guest).await.status,
            StatusCode::FORBIDDEN
        );
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "shop"),
            (
                "refresh_token",
                tokens.body["refresh_token"].as_str().unwrap(),
            ),
            ("scope", "openid"),
        ];
        let narrow = desk.form("/oauth2/token", &fields).await;
        let narrow = desk
            .get(
                "/oauth2/userinfo",
                narrow.body["access_token"].as_str().unwrap(),
            )
            .await;
        assert_eq!(
            narrow.body.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["sub"]
        );
    }
}
