//! `PUT /v1/accounts/me/password`: another password, for whoever knows the present one.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Answer, Caller, FieldError, Problem,
    api::{Doc, Status},
    auth::{Access, Role},
    http::Json,
};

use crate::{
    accounts::store::{self as accounts, Stored},
    app::App,
    authorize,
    domain::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Password, PasswordError},
    lockout, sessions,
};

// No `Debug`: it has passwords in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::accounts) struct NewPassword {
    /// The present one.
    #[schemars(extend("format" = "password"))]
    current_password: String,
    /// The one from now on.
    #[schemars(extend("format" = "password"), length(min = PASSWORD_CHARS_MIN, max = PASSWORD_CHARS_MAX))]
    password: String,
}

pub(in crate::accounts) const CHANGE_PASSWORD: Doc = Doc::new(
    "Change one's password",
    Access::of(&[Role::Customer, Role::Merchant, Role::Operator], "account"),
)
.about("All other sessions of the account end.")
.says(&[(204, "It is changed.")])
.refuses(&[
    (403, "wrong-password", "The present password is another."),
    (
        429,
        "too-many-attempts",
        "There were too many wrong passwords; `Retry-After` says when to try again.",
    ),
])
.asks(|| json!({ "current_password": "correct horse battery", "password": "staple of the horse" }));

pub(in crate::accounts) async fn change_password(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Json(new): Json<NewPassword>,
) -> Answer<Status<204, ()>> {
    let account_id = caller.subject;
    let password = chosen(&new.password)?;
    let Stored {
        account,
        password_hash,
    } = accounts::find_stored(app.pool(), account_id)
        .await?
        .ok_or_else(|| Problem::not_found("account", account_id))?;
    let attempt = lockout::check(&app, account.email.as_str(), &headers).await?;
    let current = Password::offered(new.current_password);
    if !app.passwords.is_right(current, Some(password_hash)).await? {
        lockout::failed(&app, &attempt).await?;
        let detail = "The present password is another.";
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "wrong-password",
            detail,
        ));
    }
    let hash = app.passwords.hash(password).await?;
    let mut tx = app.outbox.begin().await?;
    lockout::succeeded(&mut tx, &attempt).await?;
    let now = tx.now();
    accounts::set_password(tx.conn(), account_id, &hash, now).await?;
    sessions::end_all(&mut tx, account_id, caller.session).await?;
    authorize::end_all(tx.conn(), account_id).await?;
    tx.commit().await?;
    Ok(Status(()))
}

/// A password that may be chosen, or what is wrong with it.
pub(super) fn chosen(password: &str) -> Result<Password, Problem> {
    password.parse().map_err(|error: PasswordError| {
        Problem::invalid(vec![FieldError::new("password", error.to_string())])
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::testing::Desk;

    const PATH: &str = "/v1/accounts/me/password";

    fn change(from: &str, to: &str) -> Value {
        json!({ "current_password": from, "password": to })
    }

    #[tokio::test]
    async fn a_new_password_replaces_the_old_one_and_ends_all_other_sessions() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        let elsewhere = desk.log_in("ada@souk.example", "correct horse").await;
        let here = desk.log_in("ada@souk.example", "correct horse").await;
        let token = here.body["access_token"].as_str().unwrap();
        let changed = desk
            .put(PATH, token, change("correct horse", "new horse"))
            .await;
        assert_eq!(changed.status, StatusCode::NO_CONTENT, "{changed:?}");
        assert!(!desk.can_refresh(&elsewhere).await);
        assert!(desk.can_refresh(&here).await);
        let old = desk.log_in("ada@souk.example", "correct horse").await;
        assert_eq!(old.status, StatusCode::UNAUTHORIZED);
        desk.token("ada@souk.example", "new horse").await;
    }

    #[tokio::test]
    async fn whoever_has_only_a_token_changes_nothing_and_does_not_guess_for_long() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        let token = desk.token("ada@souk.example", "correct horse").await;
        let weak = desk
            .put(PATH, &token, change("correct horse", "short"))
            .await;
        assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
        for _ in 0..5 {
            let wrong = desk
                .put(PATH, &token, change("wrong horse", "new horse"))
                .await;
            assert_eq!(wrong.status, StatusCode::FORBIDDEN);
        }
        let right = desk
            .put(PATH, &token, change("correct horse", "new horse"))
            .await;
        assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(right.headers.contains_key("retry-after"));
    }
}
