//! Checks tokens: ES256 and nothing else, the key by its `kid`, and every claim that limits them.

use std::{fmt, sync::Arc};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use super::{Caller, cache::Cache};
use crate::{Clock, Reader};

/// How far the clocks of two machines may differ.
const LEEWAY_SECONDS: i64 = 5;
const TOKEN_BYTES_MAX: usize = 4096;

/// Tells good tokens from bad ones. Clones share what they remember.
#[derive(Clone)]
pub struct TokenVerifier(Arc<Inner>);

struct Inner {
    key_id: String,
    key: DecodingKey,
    validation: Validation,
    clock: Clock,
    cache: Cache,
}

/// Why a token is not believed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// It is larger than any we give out.
    #[error("the token is larger than {TOKEN_BYTES_MAX} bytes")]
    TooLarge,
    /// It is signed by a key we do not know.
    #[error("the token names another key")]
    UnknownKey,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Signature, algorithm, issuer, audience or form is wrong.
    #[error("the token is not good: {0}")]
    Bad(String),
}

#[derive(Deserialize)]
struct Claims {
    sub: Uuid,
    exp: i64,
    nbf: i64,
    email: String,
    roles: Vec<String>,
    azp: Option<String>,
}

impl TokenVerifier {
    /// Believes tokens of this issuer for this audience, signed by this P-256 key (public, PEM).
    pub fn new(
        issuer: &str,
        audience: &str,
        key_id: &str,
        public_key_pem: &str,
        clock: Clock,
    ) -> Result<Self, TokenError> {
        let key = DecodingKey::from_ec_pem(public_key_pem.as_bytes()).map_err(bad)?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "exp", "nbf", "sub"]);
        // Times are compared below, by the clock that was handed in.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let key_id = key_id.to_owned();
        Ok(Self(Arc::new(Inner {
            key_id,
            key,
            validation,
            clock,
            cache: Cache::default(),
        })))
    }

    /// Reads `TOKEN_ISSUER`, `TOKEN_AUDIENCE`, `TOKEN_KEY_ID` and `TOKEN_PUBLIC_KEY_PEM`.
    pub fn from_env(r: &mut Reader<'_>) -> Option<Self> {
        let issuer = r.required::<String>("TOKEN_ISSUER");
        let audience = r.required::<String>("TOKEN_AUDIENCE");
        let key_id = r.required::<String>("TOKEN_KEY_ID");
        let pem = r.required::<String>("TOKEN_PUBLIC_KEY_PEM");
        let verifier = Self::new(&issuer?, &audience?, &key_id?, &pem?, Clock::system());
        verifier
            .map_err(|error| r.mistake(format!("TOKEN_PUBLIC_KEY_PEM cannot be used: {error}")))
            .ok()
    }

    /// Who holds this token.
    pub fn verify(&self, token: &str) -> Result<Caller, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::TooLarge);
        }
        let now = self.0.clock.now().timestamp();
        if let Some(caller) = self.0.cache.get(token, now) {
            return Ok(caller);
        }
        let claims = self.claims(token)?;
        in_time(&claims, now)?;
        let caller = Caller {
            subject: claims.sub,
            email: claims.email,
            roles: claims.roles,
            client: claims.azp,
            token: token.to_owned(),
        };
        self.0.cache.put(token, &caller, claims.exp, now);
        Ok(caller)
    }

    fn claims(&self, token: &str) -> Result<Claims, TokenError> {
        let header = decode_header(token).map_err(bad)?;
        if header.kid.as_deref() != Some(&self.0.key_id) {
            return Err(TokenError::UnknownKey);
        }
        let data = decode::<Claims>(token, &self.0.key, &self.0.validation).map_err(bad)?;
        Ok(data.claims)
    }
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenVerifier({})", self.0.key_id)
    }
}

fn in_time(claims: &Claims, now: i64) -> Result<(), TokenError> {
    if now >= claims.exp.saturating_add(LEEWAY_SECONDS) {
        return Err(TokenError::Expired);
    }
    if now < claims.nbf.saturating_sub(LEEWAY_SECONDS) {
        return Err(TokenError::NotYetValid);
    }
    Ok(())
}

fn bad(error: jsonwebtoken::errors::Error) -> TokenError {
    TokenError::Bad(error.to_string())
}
