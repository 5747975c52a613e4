//! `GET /v1/accounts/me`: one's own account.

use axum::extract::State;
use souk_kit::{
    Answer, Caller, Problem,
    api::Doc,
    auth::{Access, Role},
    http::Json,
};

use super::account_view::{AccountView, example};
use crate::{accounts::store as accounts, app::App};

const OWNERS: Access = Access::of(&[Role::Customer, Role::Merchant, Role::Operator], "account");

pub(in crate::accounts) const GET_ACCOUNT: Doc = Doc::new("Read one's own account", OWNERS)
    .says(&[(200, "The account.")])
    .refuses(&[(
        404,
        "not-found",
        "The token is good, and its account is gone.",
    )])
    .shows(example);

pub(in crate::accounts) async fn get_account(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Json<AccountView>> {
    let account_id = caller.subject;
    let account = accounts::find(app.outbox.pool(), account_id)
        .await?
        .ok_or_else(|| Problem::not_found("account", account_id))?;
    Ok(Json(AccountView::of(account)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::testing::Desk;

    #[tokio::test]
    async fn an_account_is_shown_to_its_owner_without_its_password() {
        let desk = Desk::open().await;
        let registered = desk.register("ada@souk.example", "correct horse").await;
        let token = desk.token("ada@souk.example", "correct horse").await;
        let me = desk.get("/v1/accounts/me", &token).await;
        assert_eq!((me.status, &me.body), (StatusCode::OK, &registered.body));
        assert!(!me.body.to_string().contains("argon2"));
        let nobody = desk.get("/v1/accounts/me", "no token").await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    }
}
