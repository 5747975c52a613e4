//! The caller, as handlers ask for it.

use std::fmt;

use ::http::request::Parts;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{Role, bearer, check};
use crate::Problem;

/// Somebody with a valid token.
#[derive(Clone)]
pub struct Caller {
    /// The account, the guest, or the client itself if it is a machine.
    pub subject: Uuid,
    /// What it is to the shop.
    pub role: Role,
    /// Where its owner is written to; a guest and a machine have no address.
    pub email: Option<String>,
    /// The program that it uses.
    pub client: String,
    /// The session that the token belongs to; a machine has none.
    pub session: Option<Uuid>,
    /// When its owner last gave a password; not for machines.
    pub authenticated_at: Option<DateTime<Utc>>,
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
    pub(super) scopes: Vec<String>,
    pub(super) token: SecretString,
}

/// A caller that cannot send headers, such as a browser's `EventSource`: the token may be the parameter `access_token`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamCaller(pub Caller);

impl Caller {
    /// Whether its token has this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    /// Whether it sees what belongs to everybody, on routes that it may ask: merchants run the shop, and a machine client with
    /// the scope works for them.
    pub fn sees_all(&self) -> bool {
        matches!(self.role, Role::Merchant | Role::Machine)
    }

    /// Whether it sees what belongs to this account: its own, or everybody's.
    pub fn sees(&self, account_id: Uuid) -> bool {
        self.subject == account_id || self.sees_all()
    }

    /// What its token is good for.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The token itself, to ask another function on the caller's behalf.
    pub fn token(&self) -> &str {
        self.token.expose_secret()
    }

    #[cfg(test)]
    pub(crate) fn for_tests(role: Role, scopes: &[&str]) -> Self {
        Self {
            subject: Uuid::nil(),
            role,
            email: None,
            client: "shop".into(),
            session: None,
            authenticated_at: None,
            expires_at: DateTime::UNIX_EPOCH,
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            token: "t".into(),
        }
    }
}

/// The same token is the same caller.
impl PartialEq for Caller {
    fn eq(&self, other: &Self) -> bool {
        self.token() == other.token()
    }
}

impl Eq for Caller {}

/// Neither the token nor the address: this may end in a log.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("subject", &self.subject)
            .field("role", &self.role)
            .field("client", &self.client)
            .field("session", &self.session)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if let Some(known) = check::admitted(&parts.extensions) {
            return Ok(known.clone());
        }
        let token = bearer::in_header(parts)?.ok_or_else(Problem::unauthorized)?;
        check::verify(parts, &token).await
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Problem;

    /// No token is nobody; a bad token is an error still.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        if let Some(known) = check::admitted(&parts.extensions) {
            return Ok(Some(known.clone()));
        }
        match bearer::in_header(parts)? {
            None => Ok(None),
            Some(token) => check::verify(parts, &token).await.map(Some),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for StreamCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if let Some(known) = check::admitted(&parts.extensions) {
            return Ok(Self(known.clone()));
        }
        let token = bearer::in_header(parts)?
            .or_else(|| bearer::in_query(parts))
            .ok_or_else(Problem::unauthorized)?;
        check::verify(parts, &token).await.map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_end_in_a_log_holds_neither_token_nor_address() {
        let mut caller = Caller::for_tests(Role::Customer, &["orders:read"]);
        caller.token = "header.claims.signature".into();
        caller.email = Some("ada@souk.example".into());
        let said = format!("{caller:?} {:?}", StreamCaller(caller.clone()));
        assert!(
            !said.contains("signature") && !said.contains("ada@"),
            "{said}"
        );
    }

    #[test]
    fn a_scope_is_had_whole() {
        let caller = Caller::for_tests(Role::Customer, &["orders:read", "openid"]);
        assert!(caller.has_scope("openid") && caller.has_scope("orders:read"));
        assert!(!caller.has_scope("orders") && !caller.has_scope("orders:read openid"));
    }
}
