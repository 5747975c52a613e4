//! `DELETE /v1/accounts/me`: forgets the owner. The books stay.

use axum::{extract::State, http::StatusCode};
use chrono::TimeDelta;
use souk_kit::{
    Answer, Caller, Problem,
    api::{Doc, Status},
    auth::{Access, Role},
};

use crate::{
    accounts::{announce, store as accounts},
    app::App,
    authorize, links, lockout, sessions,
};

/// A token that lies around is not enough: its owner has given the password within this time.
const LOGIN_AGE_MAX: TimeDelta = TimeDelta::minutes(10);

pub(in crate::accounts) const ERASE_ACCOUNT: Doc = Doc::new(
    "Erase one's account",
    Access::of(&[Role::Customer, Role::Merchant, Role::Operator], "account"),
)
.about(
    "Whoever has not logged in within the last ten minutes has to do so again first: `POST /v1/sessions` for instance. Address, name, password, \
     sessions and consents go at once; carts and letters soon after; of orders and shipments the name and the address, as soon as they are \
     done. What was paid stays in the books, without a name.",
)
.says(&[(204, "It is erased.")])
.refuses(&[
    (
        403,
        "login-too-old",
        "The password was given more than ten minutes ago.",
    ),
    (404, "not-found", "The token is good, and its account is gone."),
]);

pub(in crate::accounts) async fn erase_account(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Status<204, ()>> {
    let account_id = caller.subject;
    let recent = app.now() - LOGIN_AGE_MAX;
    if caller.authenticated_at.is_none_or(|at| at < recent) {
        let detail = "Log in again first: the password was given more than ten minutes ago.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "login-too-old", detail));
    }
    let mut tx = app.outbox.begin().await?;
    let gone = || Problem::not_found("account", account_id);
    let account = accounts::find(tx.conn(), account_id)
        .await?
        .ok_or_else(gone)?;
    let now = tx.now();
    if !accounts::erase(tx.conn(), account_id, now).await? {
        return Err(gone());
    }
    sessions::forget_all(&mut tx, account_id).await?;
    authorize::forget(tx.conn(), account_id).await?;
    links::forget(&mut tx, account_id).await?;
    lockout::forget(&mut tx, account.email.as_str()).await?;
    let event_id = tx.id();
    tx.emit(announce::erased(account_id, now, event_id))?;
    tx.commit().await?;
    tracing::info!(%account_id, "an account was erased");
    Ok(Status(()))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::testing::Desk;

    use super::*;

    #[tokio::test]
    async fn of_an_erased_account_nothing_personal_is_left_and_the_shop_is_told() {
        let mut desk = Desk::open().await;
        let ada = desk.register("ada@souk.example", "correct horse").await;
        let session = desk.log_in("ada@souk.example", "correct horse").await;
        let token = session.body["access_token"].as_str().unwrap();
        desk.next().await;
        desk.next().await;
        let erased = desk.delete("/v1/accounts/me", token).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{erased:?}");

        let (event_type, event) = desk.next().await;
        assert_eq!(event_type, "dev.souk.account.erased.v1");
        assert_eq!(event["account_id"], ada.body["account_id"]);
        assert!(!desk.can_refresh(&session).await);
        let tables = [
            "accounts",
            "sessions",
            "links",
            "known_sources",
            "login_failures",
        ];
        for table in tables {
            let select = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
            let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(select))
                .fetch_one(desk.app.pool())
                .await
                .unwrap();
            assert!(!rows.to_lowercase().contains("ada"), "{table}: {rows}");
        }
        let again = desk.delete("/v1/accounts/me", token).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        let anew = desk.register("ada@souk.example", "another horse").await;
        assert_eq!(anew.status, StatusCode::CREATED);
        assert_ne!(anew.body["account_id"], ada.body["account_id"]);
    }

    #[tokio::test]
    async fn a_token_alone_does_not_erase_when_its_owner_was_away_for_long() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        let token = desk.token("ada@souk.example", "correct horse").await;
        desk.clock.advance(LOGIN_AGE_MAX + TimeDelta::seconds(1));
        let refused = desk.delete("/v1/accounts/me", &token).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
        let token = desk.token("ada@souk.example", "correct horse").await;
        let erased = desk.delete("/v1/accounts/me", &token).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT);
    }

    #[tokio::test]
    async fn an_erased_account_cannot_be_logged_in_to_by_the_address_that_stands_for_it() {
        let desk = Desk::open().await;
        let ada = desk.register("ada@souk.example", "correct horse").await;
        let token = desk.token("ada@souk.example", "correct horse").await;
        desk.delete("/v1/accounts/me", &token).await;
        let id = ada.body["account_id"].as_str().unwrap();
        let erased = format!("erased-{id}@erased.invalid");
        for email in ["ada@souk.example", &erased] {
            let refused = desk.log_in(email, "correct horse").await;
            assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{email}");
        }
    }
}
