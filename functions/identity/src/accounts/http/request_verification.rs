//! `POST /v1/accounts/me/verification`: mails the link again that confirms the address.

use axum::{extract::State, http::StatusCode};
use souk_contracts::LinkPurpose;
use souk_kit::{
    Answer, Caller, Problem,
    api::{Doc, Status},
    auth::{Access, Role},
};

use crate::{accounts::store as accounts, app::App, links};

const ASK_AGAIN_AFTER_SECONDS: u32 = 3600;

pub(in crate::accounts) const REQUEST_VERIFICATION: Doc = Doc::new(
    "Have a link mailed that confirms one's address",
    Access::of(&[Role::Customer, Role::Merchant, Role::Operator], "account"),
)
.about("One is mailed when the account is made; this is for when it got lost.")
.says(&[(202, "It is mailed soon.")])
.refuses(&[
    (
        404,
        "not-found",
        "The token is good, and its account is gone.",
    ),
    (409, "already-verified", "The address is confirmed already."),
    (
        429,
        "too-many-links",
        "Three were mailed within the last hour.",
    ),
]);

pub(in crate::accounts) async fn request_verification(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Status<202, ()>> {
    let account_id = caller.subject;
    let mut tx = app.outbox.begin().await?;
    let account = accounts::find(tx.conn(), account_id)
        .await?
        .ok_or_else(|| Problem::not_found("account", account_id))?;
    if account.email_verified_at.is_some() {
        let detail = "The address is confirmed already.";
        return Err(Problem::conflict("already-verified", detail));
    }
    let purpose = LinkPurpose::EmailVerification;
    if !links::issue(&mut tx, &account.email, Some(account_id), purpose).await? {
        let detail = "Three links were mailed within the last hour.";
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-links", detail);
        return Err(problem.retry_after(ASK_AGAIN_AFTER_SECONDS));
    }
    tx.commit().await?;
    Ok(Status(()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::Desk;

    const PATH: &str = "/v1/accounts/me/verification";

    #[tokio::test]
    async fn a_lost_link_is_mailed_again_but_not_for_ever() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        let token = desk.token("ada@souk.example", "correct horse").await;
        for _ in 0..2 {
            let sent = desk.post_as(PATH, &token, json!({})).await;
            assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");
        }
        let refused = desk.post_as(PATH, &token, json!({})).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers["retry-after"], "3600");
    }
}
