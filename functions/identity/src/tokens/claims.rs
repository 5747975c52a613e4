//! The claims, as they are written.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::{Account, Scope};

/// An access token's (RFC 9068, 2.2), and `kid`: the credential that the gate finds its consumer by.
#[derive(Serialize)]
pub(super) struct AccessClaims<'a> {
    pub(super) iss: &'a str,
    pub(super) aud: &'a str,
    pub(super) sub: Uuid,
    pub(super) client_id: &'a str,
    pub(super) scope: String,
    pub(super) roles: [&'static str; 1],
    pub(super) jti: Uuid,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    pub(super) kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) auth_time: Option<i64>,
    #[serde(flatten)]
    pub(super) person: Option<Person<'a>>,
}

/// An id_token's. It has no claim `kid`, so the gate takes it for nobody's.
#[derive(Serialize)]
pub(super) struct IdClaims<'a> {
    pub(super) iss: &'a str,
    pub(super) aud: &'a str,
    pub(super) sub: Uuid,
    pub(super) iat: i64,
    pub(super) exp: i64,
    pub(super) auth_time: i64,
    pub(super) sid: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<&'a str>,
    pub(super) at_hash: String,
    #[serde(flatten)]
    pub(super) person: Person<'a>,
}

/// What is said of somebody with an account.
#[derive(Serialize)]
pub(super) struct Person<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

impl<'a> Person<'a> {
    /// All of it.
    pub(super) fn of(account: &'a Account) -> Self {
        Self {
            email: Some(account.email.as_str()),
            email_verified: Some(account.email_verified_at.is_some()),
            name: Some(&account.name),
        }
    }

    /// What the scopes `email` and `profile` allow a client to know.
    pub(super) fn within(self, scope: &Scope) -> Self {
        let mail = scope.has("email");
        Self {
            email: self.email.filter(|_| mail),
            email_verified: self.email_verified.filter(|_| mail),
            name: self.name.filter(|_| scope.has("profile")),
        }
    }
}

/// `at_hash`: the left half of the access token's SHA-256 (OpenID Connect Core, 3.1.3.6).
pub(super) fn half_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_an_access_token_is_the_one_that_clients_compute() {
        // OpenID Connect Core, A.3: for `jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y`.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(token), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
