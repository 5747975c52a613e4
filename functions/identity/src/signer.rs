//! Signs tokens: ES256, with the claims that every function of the shop and Kong check. Shows the key that checks them.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, encode,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use serde::Serialize;
use thiserror::Error;
use uuid::Uuid;

use crate::domain::Account;

/// Who signs, for whom, and which key.
pub(crate) struct Identity {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) key_id: String,
}

/// Holds the private key.
pub(crate) struct Signer {
    identity: Identity,
    key: EncodingKey,
    header: Header,
    keys: JwkSet,
    ttl: TimeDelta,
}

/// Why a key cannot be used.
#[derive(Debug, Error)]
pub(crate) enum KeyError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] jsonwebtoken::errors::Error),
    /// Nobody would believe what it signs.
    #[error("it does not belong to the public key")]
    NotAPair,
}

/// What a token says. `email` and `roles` are what the functions of the shop know of a caller.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: Uuid,
    jti: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    email: &'a str,
    name: &'a str,
    roles: [&'static str; 1],
}

impl Signer {
    /// Signs with a P-256 key (PKCS #8, PEM), for as long as `ttl`.
    pub(crate) fn new(
        identity: Identity,
        private_key_pem: &str,
        public_key_pem: &str,
        ttl: TimeDelta,
    ) -> Result<Self, KeyError> {
        let key = EncodingKey::from_ec_pem(private_key_pem.as_bytes())?;
        let public = DecodingKey::from_ec_pem(public_key_pem.as_bytes())?;
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256)?;
        if Jwk::from_decoding_key(&public, Some(Algorithm::ES256))? != jwk {
            return Err(KeyError::NotAPair);
        }
        jwk.common.key_id = Some(identity.key_id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let header = Header {
            kid: Some(identity.key_id.clone()),
            ..Header::new(Algorithm::ES256)
        };
        let keys = JwkSet { keys: vec![jwk] };
        Ok(Self {
            identity,
            key,
            header,
            keys,
            ttl,
        })
    }

    /// A token for an account, good from now on.
    pub(crate) fn sign(
        &self,
        account: &Account,
        token_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let issued_at = now.timestamp();
        let claims = Claims {
            iss: &self.identity.issuer,
            aud: &self.identity.audience,
            sub: account.account_id,
            jti: token_id,
            iat: issued_at,
            nbf: issued_at,
            exp: (now + self.ttl).timestamp(),
            email: account.email.as_str(),
            name: &account.name,
            roles: [account.role.name()],
        };
        encode(&self.header, &claims, &self.key)
    }

    /// How long a token is good.
    pub(crate) fn ttl_seconds(&self) -> i64 {
        self.ttl.num_seconds()
    }

    /// The public key, as a JSON Web Key Set.
    pub(crate) fn keys(&self) -> &JwkSet {
        &self.keys
    }
}
