//! `GET /v1/accounts?email=&limit=&cursor=`: everybody's account, for operators.

use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{
    Answer, FieldError, Problem,
    api::Doc,
    auth::{Access, Role},
    http::{Json, Query},
    page::{Page, PageQuery},
};
use uuid::Uuid;

use super::account_view::AccountView;
use crate::{
    accounts::store as accounts,
    app::App,
    domain::{Account, Email},
};

#[derive(Deserialize, JsonSchema)]
pub(in crate::accounts) struct Wanted {
    /// Only the account of this address.
    #[schemars(extend("format" = "email"))]
    email: Option<String>,
}

pub(in crate::accounts) const LIST_ACCOUNTS: Doc = Doc::new(
    "List accounts, newest first",
    Access::of(&[Role::Operator], "accounts:read"),
)
.about("Those of customers, merchants and operators. Guests have none, and of erased ones nothing is left to show.")
.says(&[(200, "A page of accounts.")]);

pub(in crate::accounts) async fn list_accounts(
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Answer<Json<Page<AccountView>>> {
    let email = wanted.email.as_deref().map(str::parse::<Email>);
    let email = email
        .transpose()
        .map_err(|error| Problem::invalid(vec![FieldError::new("email", error.to_string())]))?;
    let after: Option<(DateTime<Utc>, Uuid)> = page.after()?;
    let found = accounts::list(app.pool(), email.as_ref(), after, page.fetch()).await?;
    let position = |last: &Account| (last.registered_at, last.account_id);
    Ok(Json(Page::cut(found, &page, position).map(AccountView::of)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::testing::Desk;

    #[tokio::test]
    async fn an_operator_sees_every_account_once_and_finds_one_by_its_address() {
        let desk = Desk::open().await;
        for name in ["ada", "bob", "cyd"] {
            let email = format!("{name}@souk.example");
            desk.register(&email, "correct horse").await;
        }
        let token = desk.role_token(Role::Operator).await;
        let first = desk.get("/v1/accounts?limit=2", &token).await;
        assert_eq!(first.status, StatusCode::OK, "{first:?}");
        let cursor = first.body["next_cursor"].as_str().unwrap();
        let path = format!("/v1/accounts?limit=2&cursor={cursor}");
        let second = desk.get(&path, &token).await;
        let pages = [&first.body["items"], &second.body["items"]];
        let items = pages.iter().flat_map(|page| page.as_array().unwrap());
        let mut emails: Vec<_> = items.map(|item| item["email"].as_str().unwrap()).collect();
        emails.sort_unstable();
        assert!(emails.len() >= 3, "{emails:?}");
        emails.dedup();
        for name in ["ada", "bob", "cyd"] {
            assert!(emails.contains(&format!("{name}@souk.example").as_str()));
        }
        let bob = desk
            .get("/v1/accounts?email=BOB@souk.example", &token)
            .await;
        assert_eq!(bob.body["items"].as_array().unwrap().len(), 1);
        assert_eq!(bob.body["items"][0]["email"], "bob@souk.example");
        let nonsense = desk.get("/v1/accounts?email=bob", &token).await;
        assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[tokio::test]
    async fn nobody_but_an_operator_sees_them() {
        let desk = Desk::open().await;
        let merchant = desk.role_token(Role::Merchant).await;
        let customer = desk.role_token(Role::Customer).await;
        for token in [merchant, customer, desk.guest().await] {
            let refused = desk.get("/v1/accounts", &token).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
        }
    }
}
