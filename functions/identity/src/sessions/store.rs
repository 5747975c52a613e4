//! The table `sessions`.

use chrono::{DateTime, TimeDelta, Utc};
use souk_kit::{auth::Role, postgres::Tx};
use sqlx::{FromRow, PgConnection, PgExecutor};
use uuid::Uuid;

use super::Seen;
use crate::domain::Scope;

/// For so long it is remembered that a session is over: whoever brings a token of it is known as a thief, not as a stranger.
const REMEMBERED: TimeDelta = TimeDelta::days(7);
/// So many are cleared away when one is opened: more than come.
const CLEARED_AT_ONCE: i64 = 20;

/// A session that is opened.
pub(super) struct NewSession<'a> {
    pub(super) session_id: Uuid,
    pub(super) subject: Uuid,
    pub(super) role: Role,
    pub(super) client_id: &'a str,
    pub(super) scope: &'a Scope,
    pub(super) authenticated_at: DateTime<Utc>,
    pub(super) now: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) ends_at: DateTime<Utc>,
    pub(super) seen: &'a Seen,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Session {
    /// Which one it is: the `sid` of its tokens.
    pub(crate) session_id: Uuid,
    /// With which client.
    pub(crate) client_id: String,
    /// What that is called; none if the client is gone.
    pub(crate) client_name: Option<String>,
    /// What was granted; scopes apart by one space.
    pub(crate) scope: String,
    /// From where it was used last.
    pub(crate) address: Option<String>,
    /// With which program.
    pub(crate) agent: String,
    /// When the password was given.
    pub(crate) authenticated_at: DateTime<Utc>,
    /// When it was opened, and when tokens were given out last.
    pub(crate) opened_at: DateTime<Utc>,
    pub(crate) last_used_at: DateTime<Utc>,
    /// When it ends unless it is used.
    pub(crate) expires_at: DateTime<Utc>,
}

/// Writes a new session.
pub(super) async fn insert(
    conn: &mut PgConnection,
    new: &NewSession<'_>,
) -> Result<(), sqlx::Error> {
    let insert = "insert into sessions (session_id, subject, role, client_id, scope, authenticated_at, opened_at, \
                  last_used_at, expires_at, ends_at, address, agent) \
                  values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11)";
    sqlx::query(insert)
        .bind(new.session_id)
        .bind(new.subject)
        .bind(new.role.name())
        .bind(new.client_id)
        .bind(new.scope.to_string())
        .bind(new.authenticated_at)
        .bind(new.now)
        .bind(new.expires_at.min(new.ends_at))
        .bind(new.ends_at)
        .bind(&new.seen.address)
        .bind(&new.seen.agent)
        .execute(conn)
        .await
        .map(drop)
}

/// Clears some sessions away that are long over.
pub(super) async fn clear_away(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let delete = "delete from sessions where session_id in \
                  (select session_id from sessions where expires_at < $1 order by expires_at limit $2 \
                   for update skip locked)";
    sqlx::query(delete)
        .bind(now - REMEMBERED)
        .bind(CLEARED_AT_ONCE)
        .execute(conn)
        .await
        .map(drop)
}

/// Ends the oldest open sessions of somebody who has more than `open_max`.
pub(super) async fn end_oldest(
    conn: &mut PgConnection,
    subject: Uuid,
    open_max: i64,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let update = "update sessions set ended_at = $2 where session_id in \
                  (select session_id from sessions where subject = $1 and ended_at is null and expires_at > $2 \
                   order by opened_at desc, session_id desc offset $3)";
    sqlx::query(update)
        .bind(subject)
        .bind(now)
        .bind(open_max)
        .execute(conn)
        .await
        .map(drop)
}

/// A session was used, from there.
pub(super) async fn touch(
    conn: &mut PgConnection,
    session_id: Uuid,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
    seen: &Seen,
) -> Result<(), sqlx::Error> {
    let update = "update sessions set last_used_at = $2, expires_at = least($3, ends_at), address = $4, agent = $5 \
                  where session_id = $1";
    sqlx::query(update)
        .bind(session_id)
        .bind(now)
        .bind(expires_at)
        .bind(&seen.address)
        .bind(&seen.agent)
        .execute(conn)
        .await
        .map(drop)
}

/// Ends a session; whether it was open.
pub(crate) async fn end(tx: &mut Tx, session_id: Uuid) -> Result<bool, sqlx::Error> {
    let update = "update sessions set ended_at = $2 where session_id = $1 and ended_at is null";
    let query = sqlx::query(update).bind(session_id).bind(tx.now());
    Ok(query.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends a session of this account; whether there was such a one, and it was open.
pub(crate) async fn end_own(
    tx: &mut Tx,
    subject: Uuid,
    session_id: Uuid,
) -> Result<bool, sqlx::Error> {
    let update = "update sessions set ended_at = $3 \
                  where session_id = $2 and subject = $1 and ended_at is null and expires_at > $3";
    let query = sqlx::query(update)
        .bind(subject)
        .bind(session_id)
        .bind(tx.now());
    Ok(query.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends all sessions of somebody but one; how many.
pub(crate) async fn end_all(
    tx: &mut Tx,
    subject: Uuid,
    except: Option<Uuid>,
) -> Result<u64, sqlx::Error> {
    let update = "update sessions set ended_at = $3 \
                  where subject = $1 and session_id is distinct from $2 and ended_at is null and expires_at > $3";
    let query = sqlx::query(update)
        .bind(subject)
        .bind(except)
        .bind(tx.now());
    Ok(query.execute(tx.conn()).await?.rows_affected())
}

/// Ends all sessions with a client; how many.
pub(crate) async fn end_all_of_client(tx: &mut Tx, client_id: &str) -> Result<u64, sqlx::Error> {
    let update = "update sessions set ended_at = $2 where client_id = $1 and ended_at is null and expires_at > $2";
    let query = sqlx::query(update).bind(client_id).bind(tx.now());
    Ok(query.execute(tx.conn()).await?.rows_affected())
}

/// Forgets that somebody was ever logged in.
pub(crate) async fn forget_all(tx: &mut Tx, subject: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("delete from sessions where subject = $1")
        .bind(subject)
        .execute(tx.conn())
        .await
        .map(drop)
}

/// The open sessions of somebody, the newest first.
pub(crate) async fn list(
    executor: impl PgExecutor<'_>,
    subject: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, sqlx::Error> {
    let select = "select session_id, client_id, clients.name as client_name, sessions.scope, address, agent, \
                  authenticated_at, opened_at, last_used_at, expires_at \
                  from sessions left join clients using (client_id) \
                  where sessions.subject = $1 and ended_at is null and expires_at > $2 \
                  order by opened_at desc, session_id desc";
    sqlx::query_as(select)
        .bind(subject)
        .bind(now)
        .fetch_all(executor)
        .await
}

/// Whether a session goes on.
pub(crate) async fn is_open(
    executor: impl PgExecutor<'_>,
    session_id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let select = "select exists (select from sessions where session_id = $1 and ended_at is null and expires_at > $2)";
    sqlx::query_scalar(select)
        .bind(session_id)
        .bind(now)
        .fetch_one(executor)
        .await
}
