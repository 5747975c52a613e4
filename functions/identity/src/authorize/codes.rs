//! Authorization codes: the table `authorization_codes`. A code is good for a minute, for the client it was made for, with the
//! `redirect_uri` and the proof key of its request, and once. Whoever presents it again ends what came of it.

use chrono::{DateTime, TimeDelta, Utc};
use souk_kit::{Problem, postgres::Tx};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::pkce::Challenge;
use crate::{chance::digest, domain::Scope, sessions};

/// How long a code can be redeemed.
const LIFE: TimeDelta = TimeDelta::seconds(60);
/// How long one that is presented again is known.
const KNOWN: TimeDelta = TimeDelta::days(1);

/// What a code is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// Who has allowed it.
    pub(crate) account_id: Uuid,
    /// What was allowed.
    pub(crate) scope: Scope,
    /// When the password was given: `auth_time`.
    pub(crate) authenticated_at: DateTime<Utc>,
    /// For the id_token.
    pub(crate) nonce: Option<String>,
}

/// For whom a code is made: who redeems it has to be the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct For<'a> {
    /// The client.
    pub(crate) client_id: &'a str,
    /// Where the code is sent.
    pub(crate) redirect_uri: &'a str,
    /// What its verifier has to meet.
    pub(crate) challenge: &'a Challenge,
}

/// A code as it is presented at the token endpoint.
#[derive(Clone, Copy)]
pub(crate) struct Presented<'a> {
    /// `code`.
    pub(crate) code: &'a str,
    /// Who presents it: a client that has shown that it is.
    pub(crate) client_id: &'a str,
    /// `redirect_uri`.
    pub(crate) redirect_uri: &'a str,
    /// `code_verifier`.
    pub(crate) verifier: &'a str,
}

#[derive(FromRow)]
struct Row {
    client_id: String,
    redirect_uri: String,
    code_challenge: String,
    account_id: Uuid,
    scope: String,
    authenticated_at: DateTime<Utc>,
    nonce: Option<String>,
    expires_at: DateTime<Utc>,
    presented_at: Option<DateTime<Utc>>,
    session_id: Option<Uuid>,
}

/// Makes a code of 32 random bytes in base64url. Those that nobody needs any more are cleared away.
pub(super) async fn issue(
    conn: &mut PgConnection,
    code: &str,
    grant: &Grant,
    to: For<'_>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from authorization_codes where expires_at < $1")
        .bind(now - KNOWN)
        .execute(&mut *conn)
        .await?;
    let insert = "insert into authorization_codes (code_hash, client_id, redirect_uri, code_challenge, account_id, \
                  scope, authenticated_at, nonce, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sqlx::query(insert)
        .bind(digest(code))
        .bind(to.client_id)
        .bind(to.redirect_uri)
        .bind(to.challenge.as_str())
        .bind(grant.account_id)
        .bind(grant.scope.to_string())
        .bind(grant.authenticated_at)
        .bind(&grant.nonce)
        .bind(now + LIFE)
        .execute(conn)
        .await
        .map(drop)
}

/// What the code is good for; nothing if it is no good (`invalid_grant`). Commit the transaction in either case: a code is
/// used up by being presented, and presented again it ends the session that [`opened`] has noted.
pub(crate) async fn redeem(
    tx: &mut Tx,
    presented: Presented<'_>,
) -> Result<Option<Grant>, Problem> {
    let Some(row) = present(tx, digest(presented.code)).await? else {
        return Ok(None);
    };
    if row.presented_at.is_some() {
        tracing::warn!(client_id = row.client_id, "a code was presented again");
        if let Some(session_id) = row.session_id {
            sessions::end(tx, session_id).await?;
        }
        return Ok(None);
    }
    Ok(row.meets(presented, tx.now()).then(|| row.grant()))
}

/// Notes which session was opened with a code that was redeemed in the same transaction.
pub(crate) async fn opened(tx: &mut Tx, code: &str, session_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("update authorization_codes set session_id = $2 where code_hash = $1")
        .bind(digest(code))
        .bind(session_id)
        .execute(tx.conn())
        .await
        .map(drop)
}

/// Forgets the codes of an account.
pub(super) async fn forget(conn: &mut PgConnection, account_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("delete from authorization_codes where account_id = $1")
        .bind(account_id)
        .execute(conn)
        .await
        .map(drop)
}

/// The code's row as it was, and marks it as presented. Two who present it at once come one after the other.
async fn present(tx: &mut Tx, hash: [u8; 32]) -> Result<Option<Row>, sqlx::Error> {
    let select = "select client_id, redirect_uri, code_challenge, account_id, scope, authenticated_at, nonce, expires_at, \
                  presented_at, session_id from authorization_codes where code_hash = $1 for update";
    let row = sqlx::query_as(select)
        .bind(hash)
        .fetch_optional(tx.conn())
        .await?;
    let now = tx.now();
    let update = "update authorization_codes set presented_at = $2 where code_hash = $1 and presented_at is null";
    sqlx::query(update)
        .bind(hash)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(row)
}

impl Row {
    fn meets(&self, presented: Presented<'_>, now: DateTime<Utc>) -> bool {
        let challenge = Challenge::read(&self.code_challenge);
        now < self.expires_at
            && self.client_id == presented.client_id
            && self.redirect_uri == presented.redirect_uri
            && challenge.is_some_and(|challenge| challenge.is_met_by(presented.verifier))
    }

    fn grant(self) -> Grant {
        Grant {
            account_id: self.account_id,
            // It was written by `issue`.
            scope: self.scope.parse().unwrap_or_default(),
            authenticated_at: self.authenticated_at,
            nonce: self.nonce,
        }
    }
}
