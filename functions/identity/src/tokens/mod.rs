//! The tokens that are signed here: what they say, of whom, and for how long.

mod claims;

use chrono::{DateTime, TimeDelta, Utc};
use souk_kit::{Problem, auth::Role};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{
    accounts,
    app::App,
    domain::{Account, Client, Scope},
    keys::Kind,
};
use claims::{AccessClaims, IdClaims, Person};

/// What the function calls itself where it asks others.
const OWN_CLIENT: &str = "identity";
/// What the clocks of two machines may differ by.
const CLOCKS_DIFFER_SECONDS: i64 = 5;

/// Who a token is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Somebody without an account.
    Guest(Uuid),
    /// Somebody with one.
    Owner(Account),
    /// A program.
    Machine(Client),
}

/// What a token was given for.
#[derive(Clone, Debug)]
pub(crate) struct Given<'a> {
    /// To which client.
    pub(crate) client_id: &'a str,
    /// For what.
    pub(crate) scope: &'a Scope,
    /// In which session, and when the password had been given; none for machines.
    pub(crate) session: Option<(Uuid, DateTime<Utc>)>,
    /// For how long.
    pub(crate) life: TimeDelta,
}

impl Holder {
    /// Whoever has this id: an account, else a guest if `role` says so. None: the account is gone.
    pub(crate) async fn find(
        executor: impl PgExecutor<'_>,
        subject: Uuid,
        role: Role,
    ) -> Result<Option<Self>, sqlx::Error> {
        let account = accounts::store::find(executor, subject).await?;
        let guest = || (role == Role::Guest).then_some(Self::Guest(subject));
        Ok(account.map(Self::Owner).or_else(guest))
    }

    /// What they are to the shop now.
    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Guest(_) => Role::Guest,
            Self::Owner(account) => account.role,
            Self::Machine(_) => Role::Machine,
        }
    }

    fn subject(&self) -> Uuid {
        match self {
            Self::Guest(subject) => *subject,
            Self::Owner(account) => account.account_id,
            Self::Machine(client) => client.subject,
        }
    }

    /// What the gate knows them as.
    fn consumer(&self) -> &str {
        match (self, self.role().consumer()) {
            (_, Some(consumer)) => consumer,
            (Self::Machine(client), None) => &client.client_id,
            (_, None) => "",
        }
    }

    fn person(&self) -> Option<Person<'_>> {
        let Self::Owner(account) = self else {
            return None;
        };
        Some(Person::of(account))
    }
}

/// An access token (RFC 9068).
pub(crate) async fn access(
    app: &App,
    holder: &Holder,
    given: &Given<'_>,
) -> Result<String, Problem> {
    let (now, token_id) = (app.now(), Uuid::now_v7());
    let settings = &app.settings;
    app.keys
        .sign(Kind::Access, |key_id| AccessClaims {
            iss: &settings.issuer,
            aud: &settings.audience,
            sub: holder.subject(),
            client_id: given.client_id,
            scope: given.scope.to_string(),
            roles: [holder.role().name()],
            jti: token_id,
            iat: now.timestamp(),
            // The gate has no leeway, and its clock may be behind.
            nbf: now.timestamp() - CLOCKS_DIFFER_SECONDS,
            exp: (now + given.life).timestamp(),
            kid: format!("{key_id}.{}", holder.consumer()),
            sid: given.session.map(|(session_id, _)| session_id),
            auth_time: given.session.map(|(_, at)| at.timestamp()),
            person: holder.person(),
        })
        .await
}

/// An id_token (OpenID Connect Core, 2) for the client that the access token beside it is for. None for who has no account.
pub(crate) async fn id(
    app: &App,
    holder: &Holder,
    given: &Given<'_>,
    nonce: Option<&str>,
    access_token: &str,
) -> Result<Option<String>, Problem> {
    let (Holder::Owner(account), Some((session_id, authenticated_at))) = (holder, given.session)
    else {
        return Ok(None);
    };
    let now = app.now();
    let claims = IdClaims {
        iss: &app.settings.issuer,
        aud: given.client_id,
        sub: account.account_id,
        iat: now.timestamp(),
        exp: (now + given.life).timestamp(),
        auth_time: authenticated_at.timestamp(),
        sid: session_id,
        nonce,
        at_hash: claims::half_hash(access_token),
        person: Person::of(account).within(given.scope),
    };
    app.keys.sign(Kind::Id, |_| claims).await.map(Some)
}

/// A token without a session, for the function's own questions to others on an account's behalf.
pub(crate) async fn mint_brief(
    app: &App,
    account: &Account,
    scope: &Scope,
    life: TimeDelta,
) -> Result<String, Problem> {
    let holder = Holder::Owner(account.clone());
    let given = Given {
        client_id: OWN_CLIENT,
        scope,
        session: None,
        life,
    };
    access(app, &holder, &given).await
}
