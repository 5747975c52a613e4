//! Somebody shows whose account it is, by its address and its password: for programs and for browsers alike.

use axum::http::{HeaderMap, StatusCode};
use souk_kit::Problem;

use super::store::{self, Stored};
use crate::{
    app::App,
    domain::{Account, Email, Password},
    lockout::{self, Attempt},
};

/// The account, and the attempt, for [`lockout::succeeded`] in the transaction that lets them in. 401 for a wrong password and for nobody's
/// address, in the same time; 429 for whoever has to wait.
pub(crate) async fn log_in(
    app: &App,
    headers: &HeaderMap,
    email: &str,
    password: String,
) -> Result<(Account, Attempt), Problem> {
    let attempt = lockout::check(app, email, headers).await?;
    let stored = find(app, email).await?;
    let hash = stored.as_ref().map(|stored| stored.password_hash.clone());
    let password = Password::offered(password);
    let is_right = app.passwords.is_right(password, hash).await?;
    let Some(Stored { account, .. }) = stored.filter(|_| is_right) else {
        lockout::failed(app, &attempt).await?;
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "wrong-credentials",
            "The e-mail address or the password is wrong.",
        ));
    };
    Ok((account, attempt))
}

/// What is no address has no account.
async fn find(app: &App, email: &str) -> Result<Option<Stored>, Problem> {
    match email.parse::<Email>() {
        Ok(email) => Ok(store::find_by_email(app.pool(), &email).await?),
        Err(_) => Ok(None),
    }
}
