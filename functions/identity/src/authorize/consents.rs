//! What somebody has allowed a client: the table `consents`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::domain::Scope;

/// What the account has allowed the client since `registered_at`: scopes. An earlier consent was given
/// to another client of the same name.
pub(super) async fn find(
    pool: &PgPool,
    account_id: Uuid,
    client_id: &str,
    registered_at: DateTime<Utc>,
) -> Result<Option<Scope>, sqlx::Error> {
    let select =
        "select scope from consents where account_id = $1 and client_id = $2 and allowed_at >= $3";
    let scope: Option<String> = sqlx::query_scalar(select)
        .bind(account_id)
        .bind(client_id)
        .bind(registered_at)
        .fetch_optional(pool)
        .await?;
    // It was written by `keep`.
    Ok(scope.map(|scope| scope.parse().unwrap_or_default()))
}

/// Keeps what is allowed from now on.
pub(super) async fn keep(
    conn: &mut PgConnection,
    account_id: Uuid,
    client_id: &str,
    scope: &Scope,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let upsert = "insert into consents (account_id, client_id, scope, allowed_at) values ($1, $2, $3, $4) \
                  on conflict (account_id, client_id) do update set scope = excluded.scope, allowed_at = excluded.allowed_at";
    sqlx::query(upsert)
        .bind(account_id)
        .bind(client_id)
        .bind(scope.to_string())
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets what an account has allowed.
pub(super) async fn forget(conn: &mut PgConnection, account_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("delete from consents where account_id = $1")
        .bind(account_id)
        .execute(conn)
        .await
        .map(drop)
}
