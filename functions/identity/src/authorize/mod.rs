//! Authorization code with PKCE (RFC 6749, RFC 7636, RFC 9700; OpenID Connect Core): who asks, whether somebody is logged in and
//! allows it, and the code. What people see of it is in `pages`.
//!
//! A request is never stored: it travels in the addresses of the pages, and is read and judged anew at each step. So an instance
//! that was scaled to zero has lost nothing, and nothing that was judged once is believed later.

mod answer;
pub(crate) mod codes;
mod consents;
mod consider;
mod decide;
mod hint;
pub(crate) mod logins;
mod parameters;
mod pkce;
mod redirect;
mod request;
mod words;

use sqlx::PgConnection;
use uuid::Uuid;

pub(crate) use answer::{denied, grant, refuse};
pub(crate) use consider::{Asking, Outcome, Recipient, consider, recipient, who};
pub(crate) use hint::{Hint, read_hint};
pub(crate) use logins::Login;
pub(crate) use parameters::Parameters;
pub(crate) use redirect::{form_target, is_registered, with_parameters};
pub(crate) use request::{Refusal, Request, once_logged_in};
pub(crate) use words::words;

/// Forgets everything about an account here: its browsers, its codes, and what it has allowed clients.
pub(crate) async fn forget(conn: &mut PgConnection, account_id: Uuid) -> Result<(), sqlx::Error> {
    end_all(&mut *conn, account_id).await?;
    consents::forget(conn, account_id).await
}

/// Logs an account out of all browsers, and spoils its codes: after a new password.
pub(crate) async fn end_all(conn: &mut PgConnection, account_id: Uuid) -> Result<(), sqlx::Error> {
    codes::forget(&mut *conn, account_id).await?;
    logins::end_all(conn, account_id).await
}
