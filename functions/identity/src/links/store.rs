//! The table `links`.

use chrono::{DateTime, Utc};
use souk_contracts::LinkPurpose;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Links that can be removed go a few at a time, with each new one.
const SWEPT_AT_ONCE: i64 = 10;

/// A link that can be used still.
pub(super) struct Link {
    pub(super) account_id: Uuid,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) mailed_at: Option<DateTime<Utc>>,
}

/// A link to be written.
pub(super) struct NewLink {
    pub(super) link_id: Uuid,
    pub(super) account_id: Uuid,
    pub(super) account_key: [u8; 32],
    pub(super) purpose: LinkPurpose,
    pub(super) requested_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

/// The purpose as the store has it.
pub(super) fn name(purpose: LinkPurpose) -> &'static str {
    match purpose {
        LinkPurpose::EmailVerification => "email_verification",
        LinkPurpose::PasswordReset => "password_reset",
    }
}

/// How many were asked for since then, for this address and purpose.
pub(super) async fn count_since(
    db: impl PgExecutor<'_>,
    account_key: &[u8],
    purpose: LinkPurpose,
    since: DateTime<Utc>,
) -> Result<i64, sqlx::Error> {
    let select =
        "select count(*) from links where account_key = $1 and purpose = $2 and requested_at > $3";
    sqlx::query_scalar(select)
        .bind(account_key)
        .bind(name(purpose))
        .bind(since)
        .fetch_one(db)
        .await
}

/// Writes a new one.
pub(super) async fn insert(db: impl PgExecutor<'_>, link: &NewLink) -> Result<(), sqlx::Error> {
    let insert = "insert into links (link_id, account_id, account_key, purpose, requested_at, expires_at) \
                  values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(insert)
        .bind(link.link_id)
        .bind(link.account_id)
        .bind(link.account_key.as_slice())
        .bind(name(link.purpose))
        .bind(link.requested_at)
        .bind(link.expires_at)
        .execute(db)
        .await
        .map(drop)
}

/// The link, if it can be used still.
pub(super) async fn find(
    db: impl PgExecutor<'_>,
    link_id: Uuid,
    purpose: LinkPurpose,
    now: DateTime<Utc>,
) -> Result<Option<Link>, sqlx::Error> {
    let select = "select account_id, expires_at, mailed_at from links \
                  where link_id = $1 and purpose = $2 and ended_at is null and expires_at > $3";
    let row: Option<(Uuid, DateTime<Utc>, Option<DateTime<Utc>>)> = sqlx::query_as(select)
        .bind(link_id)
        .bind(name(purpose))
        .bind(now)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|(account_id, expires_at, mailed_at)| Link {
        account_id,
        expires_at,
        mailed_at,
    }))
}

/// Uses a link: whose it is, the first time; nothing afterwards.
pub(super) async fn redeem(
    db: impl PgExecutor<'_>,
    link_id: Uuid,
    purpose: LinkPurpose,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, sqlx::Error> {
    let update = "update links set ended_at = $3 \
                  where link_id = $1 and purpose = $2 and ended_at is null and expires_at > $3 returning account_id";
    sqlx::query_scalar(update)
        .bind(link_id)
        .bind(name(purpose))
        .bind(now)
        .fetch_optional(db)
        .await
}

/// Ends all links of an account for one purpose.
pub(super) async fn end_all(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
    purpose: LinkPurpose,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let update = "update links set ended_at = $3 where account_id = $1 and purpose = $2 and ended_at is null";
    sqlx::query(update)
        .bind(account_id)
        .bind(name(purpose))
        .bind(now)
        .execute(db)
        .await
        .map(drop)
}

/// Removes all links of an account.
pub(super) async fn delete_all(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from links where account_id = $1")
        .bind(account_id)
        .execute(db)
        .await
        .map(drop)
}

/// Notes that the mail server has taken the mail.
pub(super) async fn note_mailed(
    db: impl PgExecutor<'_>,
    link_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query("update links set mailed_at = $2 where link_id = $1")
        .bind(link_id)
        .bind(now)
        .execute(db)
        .await
        .map(drop)
}

/// Removes some of those that expired before; others may be removing them too.
pub(super) async fn sweep(
    db: impl PgExecutor<'_>,
    expired_before: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let delete = "delete from links where link_id in \
                  (select link_id from links where expires_at <= $1 order by expires_at limit $2 for update skip locked)";
    sqlx::query(delete)
        .bind(expired_before)
        .bind(SWEPT_AT_ONCE)
        .execute(db)
        .await
        .map(drop)
}
