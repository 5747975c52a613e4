//! Whose key it is, for what, and for which request.

use ::http::{Method, Uri};
use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What the keys stand for that the keeper keeps: any request. The same key on another path is another request.
const ANY: &str = "request";

/// A key of one caller for one operation, and the fingerprint of what is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopedKey {
    pub(super) caller: Uuid,
    pub(super) operation: &'static str,
    pub(super) key: String,
    pub(super) fingerprint: Vec<u8>,
}

impl ScopedKey {
    /// Of one operation, whose request is known as a value.
    pub(super) fn of_operation(
        caller: Uuid,
        operation: &'static str,
        key: String,
        request: &impl Serialize,
    ) -> Self {
        let request =
            serde_json::to_vec(request).expect("what was read from JSON can be written as JSON");
        Self {
            caller,
            operation,
            key,
            fingerprint: Sha256::digest(request).to_vec(),
        }
    }

    /// Of any operation, by what was sent. A `caller` who is nobody is nil.
    pub(super) fn of_request(
        caller: Uuid,
        key: String,
        (method, uri, body): (&Method, &Uri, &[u8]),
    ) -> Self {
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        // Neither a method nor a target has a line end in it, so no two requests read alike.
        let fingerprint = Sha256::new()
            .chain_update(method.as_str())
            .chain_update("\n")
            .chain_update(target)
            .chain_update("\n")
            .chain_update(body)
            .finalize()
            .to_vec();
        Self {
            caller,
            operation: ANY,
            key,
            fingerprint,
        }
    }

    /// Replaces the fingerprint by one that nobody makes without the secret.
    pub(super) fn blind(&mut self, secret: &[u8; 32]) {
        let mac = Hmac::<Sha256>::new_from_slice(secret);
        let mac = mac.expect("HMAC takes a key of any length");
        let mac = mac.chain_update(&self.fingerprint);
        self.fingerprint = mac.finalize().into_bytes().to_vec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(method: Method, uri: &'static str, body: &str) -> ScopedKey {
        let asked = (&method, &Uri::from_static(uri), body.as_bytes());
        ScopedKey::of_request(Uuid::nil(), "k1".into(), asked)
    }

    #[test]
    fn method_path_query_and_body_make_the_request() {
        let asked = key(Method::PUT, "/v1/things/1", "{}");
        assert_eq!(asked, key(Method::PUT, "/v1/things/1", "{}"));
        for other in [
            key(Method::DELETE, "/v1/things/1", "{}"),
            key(Method::PUT, "/v1/things/2", "{}"),
            key(Method::PUT, "/v1/things/1?deep=1", "{}"),
            key(Method::PUT, "/v1/things/1", "{ }"),
        ] {
            assert_ne!(asked.fingerprint, other.fingerprint);
        }
    }
}
