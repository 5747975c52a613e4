//! `PUT /v1/accounts/{account_id}/role`: what somebody may do from now on.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Answer, Caller, Problem,
    api::{Doc, Param},
    auth::{Access, Role},
    http::{Json, Path},
};
use uuid::Uuid;

use super::account_view::{AccountView, RoleName, example};
use crate::{accounts::store as accounts, app::App, authorize, sessions};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::accounts) struct NewRole {
    /// What it may do.
    role: RoleName,
}

pub(in crate::accounts) const SET_ROLE: Doc = Doc::new(
    "Set the role of an account",
    Access::of(&[Role::Operator], "accounts:write"),
)
.about(
    "With another role all sessions of the account end; tokens that were given out before say the old one until they expire. \
     The accounts that the configuration names get their role back when the function starts.",
)
.path(&[Param::new("account_id", "Whose.")])
.says(&[(200, "The account.")])
.refuses(&[(
    409,
    "own-role",
    "Nobody takes a role from themselves: the last operator could not give it back.",
)])
.asks(|| json!({ "role": "merchant" }))
.shows(example);

pub(in crate::accounts) async fn set_role(
    State(app): State<App>,
    caller: Caller,
    Path(account_id): Path<Uuid>,
    Json(NewRole { role }): Json<NewRole>,
) -> Answer<Json<AccountView>> {
    if account_id == caller.subject {
        let detail = "Nobody takes a role from themselves.";
        return Err(Problem::conflict("own-role", detail));
    }
    let mut tx = app.outbox.begin().await?;
    let now = tx.now();
    if accounts::set_role(tx.conn(), account_id, role.into(), now).await? {
        sessions::end_all(&mut tx, account_id, None).await?;
        authorize::end_all(tx.conn(), account_id).await?;
    }
    let account = accounts::find(tx.conn(), account_id)
        .await?
        .ok_or_else(|| Problem::not_found("account", account_id))?;
    tx.commit().await?;
    tracing::info!(%account_id, role = account.role.name(), by = %caller.subject, "a role was set");
    Ok(Json(AccountView::of(account)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::testing::Desk;

    #[tokio::test]
    async fn another_role_is_in_the_next_token_and_ends_what_was_open() {
        let desk = Desk::open().await;
        let ada = desk.register("ada@souk.example", "correct horse").await;
        let before = desk.log_in("ada@souk.example", "correct horse").await;
        let path = format!(
            "/v1/accounts/{}/role",
            ada.body["account_id"].as_str().unwrap()
        );
        let operator = desk.role_token(Role::Operator).await;
        let set = desk
            .put(&path, &operator, json!({ "role": "merchant" }))
            .await;
        assert_eq!(set.status, StatusCode::OK, "{set:?}");
        assert_eq!(set.body["roles"], json!(["merchant"]));
        assert!(!desk.can_refresh(&before).await);
        let token = desk.token("ada@souk.example", "correct horse").await;
        let caller = desk.verifier().verify(&token).await.unwrap();
        assert_eq!(caller.role, Role::Merchant);
    }

    #[tokio::test]
    async fn a_role_is_one_of_three_and_nobodys_own() {
        let desk = Desk::open().await;
        let operator = desk.role_token(Role::Operator).await;
        let own = desk.verifier().verify(&operator).await.unwrap().subject;
        let role = json!({ "role": "customer" });
        let own = desk
            .put(&format!("/v1/accounts/{own}/role"), &operator, role.clone())
            .await;
        assert_eq!(own.status, StatusCode::CONFLICT);
        let nobody = format!("/v1/accounts/{}/role", Uuid::from_u128(7));
        let missing = desk.put(&nobody, &operator, role.clone()).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        for wrong in ["machine", "guest", "admin"] {
            let refused = desk.put(&nobody, &operator, json!({ "role": wrong })).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let merchant = desk.role_token(Role::Merchant).await;
        let refused = desk.put(&nobody, &merchant, role).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}
