//! Checks tokens: ES256 and nothing else, the key by its `kid`, and every claim that limits them.

use std::{fmt, sync::Arc};

use chrono::DateTime;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, jwk::JwkSet};
use reqwest::Url;
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use super::{
    Caller, Keys, KeysAway, Pace, Role,
    cache::{Cache, Known},
    fetch::Fetch,
};
use crate::{Clock, Reader};

/// How far the clocks of two machines may differ.
const LEEWAY_SECONDS: i64 = 5;
const TOKEN_BYTES_MAX: usize = 4096;

/// Tells good tokens from bad ones. Clones share what they remember.
#[derive(Clone)]
pub struct TokenVerifier(Arc<Inner>);

struct Inner {
    keys: Keys,
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
    /// Signature, algorithm, type, issuer, audience or form is wrong.
    #[error("the token is not good: {0}")]
    Bad(String),
    /// Nobody knows: the keys cannot be had.
    #[error("the keys cannot be had: {0}")]
    KeysAway(String),
}

#[derive(Deserialize)]
struct Claims {
    sub: Uuid,
    exp: i64,
    nbf: i64,
    kid: String,
    client_id: String,
    scope: String,
    roles: Vec<String>,
    sid: Option<Uuid>,
    auth_time: Option<i64>,
    email: Option<String>,
}

impl TokenVerifier {
    /// Believes access tokens of this issuer for this audience, signed by one of these keys.
    pub fn new(issuer: &str, audience: &str, keys: &JwkSet, clock: Clock) -> Self {
        let held = Keys::fixed(keys, &[Algorithm::ES256], clock.clone());
        Self::with_keys(issuer, audience, held, clock)
    }

    /// The same with keys that are fetched from `url` when the first token comes, and again in time.
    pub fn fetching(
        issuer: &str,
        audience: &str,
        url: Url,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let fetch = Fetch::new(url)?;
        let held = Keys::fetched(fetch, &[Algorithm::ES256], Pace::usual(), clock.clone());
        Ok(Self::with_keys(issuer, audience, held, clock))
    }

    /// Reads `TOKEN_ISSUER`, `TOKEN_AUDIENCE` and `TOKEN_JWKS_URL`. The keys are fetched when the first token comes.
    pub fn from_env(r: &mut Reader<'_>) -> Option<Self> {
        let issuer = r.required::<String>("TOKEN_ISSUER");
        let audience = r.required::<String>("TOKEN_AUDIENCE");
        let url = r.required::<Url>("TOKEN_JWKS_URL");
        let verifier = Self::fetching(&issuer?, &audience?, url?, Clock::system());
        verifier
            .map_err(|error| r.mistake(format!("TOKEN_JWKS_URL cannot be used: {error}")))
            .ok()
    }

    fn with_keys(issuer: &str, audience: &str, keys: Keys, clock: Clock) -> Self {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "exp", "nbf", "sub"]);
        // Times are compared below, by the clock that was handed in.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self(Arc::new(Inner {
            keys,
            validation,
            clock,
            cache: Cache::default(),
        }))
    }

    /// Believes these keys from now on, and no others: for whoever signs, and knows its keys by itself.
    pub fn replace_keys(&self, keys: &JwkSet) {
        self.0.keys.replace(keys);
    }

    /// Who holds this token.
    pub async fn verify(&self, token: &str) -> Result<Caller, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::TooLarge);
        }
        let now = self.0.clock.now().timestamp();
        if let Some(known) = self.0.cache.get(token, now)
            && self.0.keys.held(&known.key_id).is_some()
        {
            return Ok(known.caller);
        }
        let (header, claims) = self.read(token).await?;
        in_time(&claims, now)?;
        let expires_at = claims.exp;
        let key_id = header.kid.unwrap_or_default();
        let caller = caller(claims, &key_id, token)?;
        let known = Known {
            caller: caller.clone(),
            key_id,
            expires_at,
        };
        self.0.cache.put(token, known, now);
        Ok(caller)
    }

    async fn read(&self, token: &str) -> Result<(Header, Claims), TokenError> {
        let header = decode_header(token).map_err(bad)?;
        is_access_token(&header)?;
        let key_id = header.kid.as_deref().ok_or(TokenError::UnknownKey)?;
        let key = match self.0.keys.find(key_id).await {
            Ok(key) => key.ok_or(TokenError::UnknownKey)?,
            Err(KeysAway(why)) => return Err(TokenError::KeysAway(why)),
        };
        let data = decode::<Claims>(token, &key.key, &self.0.validation).map_err(bad)?;
        Ok((header, data.claims))
    }
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenVerifier({:?})", self.0.keys)
    }
}

/// RFC 9068: an id_token is no access token, though the same key signs it. What has to be understood (`crit`) is not.
fn is_access_token(header: &Header) -> Result<(), TokenError> {
    let name = header.typ.as_deref().unwrap_or_default();
    let name = name.strip_prefix("application/").unwrap_or(name);
    if !name.eq_ignore_ascii_case("at+jwt") {
        return Err(TokenError::Bad("it is no access token".to_owned()));
    }
    if header.crit.is_some() {
        return Err(TokenError::Bad("it has critical headers".to_owned()));
    }
    Ok(())
}

fn caller(claims: Claims, key_id: &str, token: &str) -> Result<Caller, TokenError> {
    let role = match claims.roles.as_slice() {
        [name] => Role::named(name),
        _ => None,
    };
    let role = role.ok_or_else(|| TokenError::Bad("it has not one known role".to_owned()))?;
    let consumer = role.consumer().unwrap_or(&claims.client_id);
    // The gate let it through as this consumer, whose groups have to be those of the role.
    if claims.kid != format!("{key_id}.{consumer}") {
        return Err(TokenError::Bad("its claim `kid` is another's".to_owned()));
    }
    let expires_at = DateTime::from_timestamp(claims.exp, 0);
    let expires_at = expires_at.ok_or_else(|| TokenError::Bad("`exp` is no time".to_owned()))?;
    Ok(Caller {
        subject: claims.sub,
        role,
        email: claims.email,
        client: claims.client_id,
        session: claims.sid,
        authenticated_at: claims
            .auth_time
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        expires_at,
        scopes: claims.scope.split_whitespace().map(str::to_owned).collect(),
        token: token.into(),
    })
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
