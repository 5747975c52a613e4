//! A new session, and the tokens of a session.

use chrono::{DateTime, Utc};
use souk_kit::{Problem, auth::Role, postgres::Tx};
use uuid::Uuid;

use super::{Seen, refresh_store, store, store::NewSession};
use crate::{
    app::App,
    chance::digest,
    domain::{Client, Scope},
    tokens::{self, Given, Holder},
};

/// How many sessions somebody can have open; the one that was opened first ends then.
const OPEN_MAX: i64 = 100;

/// Who logs in, with what.
pub(crate) struct Opening<'a> {
    /// The account, or the guest.
    pub(crate) subject: Uuid,
    /// What they are: of somebody with an account, what the account says is what counts.
    pub(crate) role: Role,
    /// With which client.
    pub(crate) client: &'a Client,
    /// What is asked for, or was consented to. What client or role may not have is left out.
    pub(crate) scope: Scope,
    /// When the password was given.
    pub(crate) authenticated_at: DateTime<Utc>,
    /// The authorization request's, for the id_token.
    pub(crate) nonce: Option<String>,
    /// From where.
    pub(crate) seen: &'a Seen,
}

/// What a client is given. No `Debug`: these are secrets.
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    /// For how many seconds it is good.
    pub(crate) expires_in: i64,
    /// With `offline_access` only.
    pub(crate) refresh_token: Option<String>,
    /// With `openid` only.
    pub(crate) id_token: Option<String>,
    /// What they are good for.
    pub(crate) scope: Scope,
    /// The session that they belong to; a machine has none.
    pub(crate) session_id: Option<Uuid>,
}

/// Opens a session. Once the transaction is committed, its tokens may be handed out. 400 if somebody without an account is no guest.
pub(crate) async fn open(app: &App, tx: &mut Tx, opening: Opening<'_>) -> Result<Tokens, Problem> {
    let (client, now) = (opening.client, tx.now());
    let holder = Holder::find(tx.conn(), opening.subject, opening.role).await?;
    let holder = holder.ok_or_else(Problem::unauthorized)?;
    let scope = client.scope_for(holder.role(), &opening.scope);
    let session_id = tx.id();
    let session = NewSession {
        session_id,
        subject: opening.subject,
        role: holder.role(),
        client_id: &client.client_id,
        scope: &scope,
        authenticated_at: opening.authenticated_at,
        now,
        expires_at: now + app.settings.session_idle,
        ends_at: now + app.settings.session_life,
        seen: opening.seen,
    };
    store::clear_away(tx.conn(), now).await?;
    store::insert(tx.conn(), &session).await?;
    store::end_oldest(tx.conn(), opening.subject, OPEN_MAX, now).await?;
    let refresh_token = if scope.has("offline_access") {
        let token = app.chance.secret()?;
        refresh_store::add_token(tx.conn(), session_id, &digest(&token), now).await?;
        Some(token)
    } else {
        None
    };
    let part = Part {
        client,
        holder: &holder,
        scope,
        session: (session_id, opening.authenticated_at),
        nonce: opening.nonce.as_deref(),
    };
    give(app, part, refresh_token).await
}

/// What of a session its tokens are made of.
pub(super) struct Part<'a> {
    pub(super) client: &'a Client,
    pub(super) holder: &'a Holder,
    pub(super) scope: Scope,
    pub(super) session: (Uuid, DateTime<Utc>),
    pub(super) nonce: Option<&'a str>,
}

pub(super) async fn give(
    app: &App,
    part: Part<'_>,
    refresh_token: Option<String>,
) -> Result<Tokens, Problem> {
    let given = Given {
        client_id: &part.client.client_id,
        scope: &part.scope,
        session: Some(part.session),
        life: app.settings.token_life,
    };
    let access_token = tokens::access(app, part.holder, &given).await?;
    let id_token = if part.scope.has("openid") {
        tokens::id(app, part.holder, &given, part.nonce, &access_token).await?
    } else {
        None
    };
    Ok(Tokens {
        access_token,
        expires_in: app.settings.token_life.num_seconds(),
        refresh_token,
        id_token,
        session_id: Some(part.session.0),
        scope: part.scope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clients, sessions, testing::Desk};

    async fn opened(desk: &Desk, subject: Uuid, scope: &Scope) -> Tokens {
        let shop = clients::find(desk.app.pool(), clients::SHOP).await.unwrap();
        let mut tx = desk.app.outbox.begin().await.unwrap();
        let opening = Opening {
            subject,
            role: Role::Guest,
            client: &shop.unwrap(),
            scope: scope.clone(),
            authenticated_at: tx.now(),
            nonce: None,
            seen: &Seen::default(),
        };
        let tokens = open(&desk.app, &mut tx, opening).await.unwrap();
        tx.commit().await.unwrap();
        tokens
    }

    #[tokio::test]
    async fn a_hundred_sessions_can_be_open_and_then_the_oldest_ends() {
        let desk = Desk::open().await;
        let (subject, scope) = (Uuid::now_v7(), Scope::of(&["carts:read"]));
        let first = opened(&desk, subject, &scope).await;
        for _ in 1..OPEN_MAX {
            opened(&desk, subject, &scope).await;
        }
        let (pool, now) = (desk.app.pool(), desk.app.now());
        let is_open = async || {
            let session_id = first.session_id.unwrap();
            sessions::is_open(pool, session_id, now).await.unwrap()
        };
        assert!(is_open().await);
        opened(&desk, subject, &scope).await;
        assert!(!is_open().await);
        let open = sessions::list(pool, subject, now).await.unwrap();
        assert_eq!(open.len(), 100);
    }

    #[tokio::test]
    async fn a_guest_has_no_more_than_a_guest_can_have_and_no_refresh_token_unasked() {
        let desk = Desk::open().await;
        let asked = Scope::of(&["carts:read", "account", "openid", "keys:write"]);
        let tokens = opened(&desk, Uuid::now_v7(), &asked).await;
        assert_eq!(tokens.scope, Scope::of(&["carts:read"]));
        assert!(tokens.refresh_token.is_none() && tokens.id_token.is_none());
    }
}
