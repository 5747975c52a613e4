//! The table `refresh_tokens`.

use chrono::{DateTime, Utc};
use souk_kit::auth::Role;
use sqlx::{FromRow, PgConnection, PgExecutor};
use uuid::Uuid;

use crate::domain::Scope;

/// A refresh token with its session.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Refreshable {
    pub(crate) session_id: Uuid,
    pub(crate) subject: Uuid,
    role: String,
    pub(crate) client_id: String,
    scope: String,
    pub(super) authenticated_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    pub(super) replaced_at: Option<DateTime<Utc>>,
    pub(super) replaced_by: Option<Vec<u8>>,
}

impl Refreshable {
    /// Whether the session goes on.
    pub(crate) fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    /// Whether the token itself is the one to be used next.
    pub(crate) fn is_newest(&self) -> bool {
        self.replaced_at.is_none()
    }

    /// What was granted.
    pub(crate) fn scope(&self) -> Scope {
        // It was written as one.
        self.scope.parse().unwrap_or_default()
    }

    /// What its owner was when it was opened.
    pub(crate) fn role(&self) -> Role {
        Role::named(&self.role).unwrap_or(Role::Customer)
    }
}

/// Keeps the hash of a refresh token.
pub(super) async fn add_token(
    conn: &mut PgConnection,
    session_id: Uuid,
    hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into refresh_tokens (token_hash, session_id, issued_at) values ($1, $2, $3)",
    )
    .bind(hash)
    .bind(session_id)
    .bind(now)
    .execute(conn)
    .await
    .map(drop)
}

const REFRESHABLE: &str = "select session_id, subject, role, client_id, scope, authenticated_at, \
    expires_at, ended_at, replaced_at, replaced_by \
    from refresh_tokens join sessions using (session_id) where token_hash = $1";

/// The session of a refresh token.
pub(crate) async fn find_refreshable(
    executor: impl PgExecutor<'_>,
    hash: &[u8; 32],
) -> Result<Option<Refreshable>, sqlx::Error> {
    sqlx::query_as(REFRESHABLE)
        .bind(hash)
        .fetch_optional(executor)
        .await
}

/// The same; nobody else changes the session until the transaction ends.
pub(super) async fn lock_refreshable(
    conn: &mut PgConnection,
    hash: &[u8; 32],
) -> Result<Option<Refreshable>, sqlx::Error> {
    // The session first: whoever waited for it reads the token as it is then.
    let lock = "select session_id from sessions where session_id = \
                (select session_id from refresh_tokens where token_hash = $1) for update";
    sqlx::query(lock).bind(hash).execute(&mut *conn).await?;
    find_refreshable(conn, hash).await
}

/// A refresh token was exchanged.
pub(super) async fn replace(
    conn: &mut PgConnection,
    hash: &[u8; 32],
    by: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update refresh_tokens set replaced_at = $2, replaced_by = $3 where token_hash = $1",
    )
    .bind(hash)
    .bind(now)
    .bind(by)
    .execute(conn)
    .await
    .map(drop)
}
