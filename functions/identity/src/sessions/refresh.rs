//! Refresh tokens: each is good once, for the next one. One that comes back a second time has a copy somewhere, and nobody knows
//! who has which: the session ends (RFC 9700, 4.14.2).
//!
//! With one exception. An answer can be lost on its way, and two windows of one browser can ask at once. So the very same
//! request is answered again with the very same token, within ten seconds, from the same address and program, and only while the
//! next token has not been used. The next token is derived from the one that is presented and the master key, so that it need not
//! be kept to be given again. Whoever steals a token gains nothing by this: sooner or later both use the same one, too far apart.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use souk_kit::{Problem, postgres::Tx};

use super::{
    Seen, Tokens,
    open::{Part, give},
    refresh_store::{self, Refreshable},
    store,
};
use crate::{
    app::App,
    chance::digest,
    domain::{Client, Scope},
    tokens::Holder,
};

/// Within this the very same request is answered the same.
const SAME_WITHIN: TimeDelta = TimeDelta::seconds(10);

/// Why there are no tokens.
#[derive(Debug)]
pub(crate) enum NotRefreshed {
    /// The refresh token is no good: `invalid_grant`.
    Grant,
    /// More was asked for than had been granted: `invalid_scope`.
    Scope,
    /// Nobody knows.
    Failed(Problem),
}

/// Exchanges a refresh token of the client for the next pair. `asked` may be less than what was granted.
pub(crate) async fn refresh(
    app: &App,
    client: &Client,
    token: &str,
    asked: Option<&Scope>,
    seen: &Seen,
) -> Result<Tokens, NotRefreshed> {
    let mut tx = app.outbox.begin().await?;
    let now = tx.now();
    let found = refresh_store::lock_refreshable(tx.conn(), &digest(token)).await?;
    let found = found.filter(|found| found.client_id == client.client_id && found.is_open(now));
    let session = found.ok_or(NotRefreshed::Grant)?;
    let next = successor(app, token);
    if !session.is_newest() && !is_repeated(&mut tx, &session, &next, seen).await? {
        return Err(stolen(tx, &session).await?);
    }
    let Some(holder) = Holder::find(tx.conn(), session.subject, session.role()).await? else {
        store::end(&mut tx, session.session_id).await?;
        tx.commit().await?;
        return Err(NotRefreshed::Grant);
    };
    let granted = client.scope_for(holder.role(), &session.scope());
    let scope = match asked {
        Some(asked) if !asked.is_within(&granted) => return Err(NotRefreshed::Scope),
        Some(asked) => asked.clone(),
        None => granted,
    };
    if session.is_newest() {
        exchange(app, &mut tx, &session, (token, &next), seen).await?;
    }
    let part = Part {
        client,
        holder: &holder,
        scope,
        session: (session.session_id, session.authenticated_at),
        nonce: None,
    };
    let tokens = give(app, part, Some(next)).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// One token is replaced by the next, and the session goes on.
async fn exchange(
    app: &App,
    tx: &mut Tx,
    session: &Refreshable,
    (token, next): (&str, &str),
    seen: &Seen,
) -> Result<(), sqlx::Error> {
    let (now, session_id) = (tx.now(), session.session_id);
    refresh_store::replace(tx.conn(), &digest(token), &name(seen), now).await?;
    refresh_store::add_token(tx.conn(), session_id, &digest(next), now).await?;
    let until = (now, now + app.settings.session_idle);
    store::touch(tx.conn(), session_id, until, seen).await
}

/// The token that follows this one.
fn successor(app: &App, token: &str) -> String {
    URL_SAFE_NO_PAD.encode(
        app.keys
            .master()
            .derive("souk refresh token", token.as_bytes()),
    )
}

/// Whether the token was exchanged just now by the same client, and what it was exchanged for is still to be used.
async fn is_repeated(
    tx: &mut Tx,
    session: &Refreshable,
    next: &str,
    seen: &Seen,
) -> Result<bool, sqlx::Error> {
    let just_now = |at: DateTime<Utc>| tx.now() - at <= SAME_WITHIN;
    let same = session.replaced_by.as_deref() == Some(&name(seen));
    if !same || !session.replaced_at.is_some_and(just_now) {
        return Ok(false);
    }
    let next = refresh_store::find_refreshable(tx.conn(), &digest(next)).await?;
    Ok(next.is_some_and(|next| next.is_newest()))
}

async fn stolen(mut tx: Tx, session: &Refreshable) -> Result<NotRefreshed, NotRefreshed> {
    store::end(&mut tx, session.session_id).await?;
    tx.commit().await?;
    let (session_id, client_id) = (session.session_id, &session.client_id);
    tracing::warn!(%session_id, client_id, "a refresh token came back; its session has ended");
    Ok(NotRefreshed::Grant)
}

/// From where a token was exchanged, so that nobody can read it in the store.
fn name(seen: &Seen) -> [u8; 32] {
    let address = seen.address.as_deref().unwrap_or_default();
    Sha256::digest(format!("{address} {}", seen.agent)).into()
}

impl From<Problem> for NotRefreshed {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<sqlx::Error> for NotRefreshed {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}
