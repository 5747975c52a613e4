//! Browsers in which somebody is logged in: the table `browser_logins`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::chance::digest;

/// How long nobody is asked for the password again.
pub(crate) const LIFE: TimeDelta = TimeDelta::days(14);

/// Somebody who is logged in here.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Login {
    /// Which login it is.
    pub(crate) login_id: Uuid,
    /// Who.
    pub(crate) account_id: Uuid,
    /// When the password was given.
    pub(crate) authenticated_at: DateTime<Utc>,
}

/// Logs somebody in whose browser has this cookie from now on: 32 random bytes in base64url. Old logins are cleared away.
pub(crate) async fn open(
    conn: &mut PgConnection,
    login: &Login,
    cookie: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from browser_logins where expires_at < $1")
        .bind(login.authenticated_at)
        .execute(&mut *conn)
        .await?;
    let insert = "insert into browser_logins (login_id, cookie_hash, account_id, authenticated_at, expires_at) \
                  values ($1, $2, $3, $4, $5)";
    sqlx::query(insert)
        .bind(login.login_id)
        .bind(digest(cookie))
        .bind(login.account_id)
        .bind(login.authenticated_at)
        .bind(login.authenticated_at + LIFE)
        .execute(conn)
        .await
        .map(drop)
}

/// Who is logged in with this cookie.
pub(crate) async fn find(
    pool: &PgPool,
    cookie: &str,
    now: DateTime<Utc>,
) -> Result<Option<Login>, sqlx::Error> {
    let select = "select login_id, account_id, authenticated_at from browser_logins \
                  where cookie_hash = $1 and expires_at > $2";
    sqlx::query_as(select)
        .bind(digest(cookie))
        .bind(now)
        .fetch_optional(pool)
        .await
}

/// Ends the login of this cookie.
pub(crate) async fn end_by_cookie(
    conn: &mut PgConnection,
    cookie: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from browser_logins where cookie_hash = $1")
        .bind(digest(cookie))
        .execute(conn)
        .await
        .map(drop)
}

/// Ends all logins of an account.
pub(super) async fn end_all(conn: &mut PgConnection, account_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("delete from browser_logins where account_id = $1")
        .bind(account_id)
        .execute(conn)
        .await
        .map(drop)
}
