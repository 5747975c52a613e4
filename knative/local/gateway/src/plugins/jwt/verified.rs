//! Remembers which tokens have a valid signature, because a client sends the same one many times and checking it is dear.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use ring::digest::{Context, SHA256};

use super::claims::Times;
use crate::recent::Recent;

/// How many tokens are remembered, at most twice.
const TOKENS: usize = 8_192;

/// Stands for a token under one way of reading it; the token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TokenId([u8; 32]);

impl TokenId {
    pub(crate) fn new(token: &str, key_claim_name: &str, secret_is_base64: bool) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&[u8::from(secret_is_base64)]);
        context.update(key_claim_name.as_bytes());
        context.update(&[0]);
        context.update(token.as_bytes());
        let mut id = [0; 32];
        id.copy_from_slice(context.finish().as_ref());
        Self(id)
    }
}

/// What is known of a token whose signature is valid.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verified {
    /// The credential's key.
    pub(crate) key: String,
    /// The credential's fingerprint when the signature was checked.
    pub(crate) fingerprint: [u8; 32],
    pub(crate) times: Times,
}

/// The tokens with a valid signature that were seen lately. Refusals are not remembered.
pub(crate) struct VerifiedTokens(Mutex<Recent<TokenId, Verified>>);

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Mutex::new(Recent::new(TOKENS)))
    }
}

impl VerifiedTokens {
    /// What is known, unless the token has expired.
    pub(crate) fn get(&self, id: &TokenId, now: DateTime<Utc>) -> Option<Verified> {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tokens.get_mut(id)?;
        let alive = known
            .times
            .exp
            .is_none_or(|exp| exp > now.timestamp() as f64);
        alive.then(|| known.clone())
    }

    pub(crate) fn put(&self, id: TokenId, verified: Verified) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, verified);
    }
}
