//! The header, as handlers ask for it.

use ::http::{HeaderMap, request::Parts};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use serde::Serialize;
use uuid::Uuid;

use super::ScopedKey;
use crate::Problem;

pub(crate) const KEY_BYTES_MAX: usize = 255;
const NAME: &str = "idempotency-key";

/// The header, which must be there. `Option<IdempotencyKey>` is for where it may be left out.
///
/// A handler that takes it stores its answer itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key, for what is to be named after it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Binds the key to who asks, for what operation, and with which request.
    pub fn scoped(
        &self,
        caller: Uuid,
        operation: &'static str,
        request: &impl Serialize,
    ) -> ScopedKey {
        ScopedKey::of_operation(caller, operation, self.0.clone(), request)
    }

    /// The key that a request has, if it has one. Two, or one that is none, are a problem.
    pub(super) fn in_headers(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut values = headers.get_all(NAME).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let text = value.to_str().unwrap_or_default();
        let fits = (1..=KEY_BYTES_MAX).contains(&text.len());
        if !fits || !text.bytes().all(|b| b.is_ascii_graphic()) || values.next().is_some() {
            return Err(Problem::bad_request(format!(
                "the header Idempotency-Key is not one key of 1 to {KEY_BYTES_MAX} visible ASCII characters"
            )));
        }
        Ok(Some(Self(text.to_owned())))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::in_headers(&parts.headers)?.ok_or_else(|| {
            Problem::bad_request(format!(
                "the header Idempotency-Key is needed: 1 to {KEY_BYTES_MAX} visible ASCII characters"
            ))
        })
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Self::in_headers(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;

    use super::*;

    fn headers(keys: &[&str]) -> HeaderMap {
        let header = |key: &&str| {
            let value = HeaderValue::from_bytes(key.as_bytes()).unwrap();
            (::http::HeaderName::from_static(NAME), value)
        };
        keys.iter().map(header).collect()
    }

    #[test]
    fn a_key_is_there_once_or_not_at_all() {
        let key = |keys: &[&str]| IdempotencyKey::in_headers(&headers(keys));
        assert_eq!(key(&[]).unwrap(), None);
        assert_eq!(key(&["k1"]).unwrap().unwrap().as_str(), "k1");
        for wrong in [
            &["k1", "k1"][..],
            &[""],
            &["a b"],
            &["schlüssel"],
            &[&"x".repeat(256)],
        ] {
            assert!(key(wrong).is_err(), "{wrong:?}");
        }
    }
}
