//! What identity tells the gate: which keys sign tokens, and which machine clients there are.

use serde::{Deserialize, Serialize};

/// The answer to `GET /v1/identity/gate`. Fields that are not known here are passed over, so that identity may add some.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// All keys whose tokens are to be believed: the one that signs, the next one, and those whose last tokens have not expired.
    pub keys: Vec<Key>,
    /// All machine clients that are not shut off.
    pub clients: Vec<Client>,
}

/// A key pair's public half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its name, as in the header of tokens. Never with a dot.
    pub kid: String,
    /// SubjectPublicKeyInfo on P-256, as PEM.
    pub public_key_pem: String,
}

/// A program that logs in by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its name: lower-case letters, digits and hyphens.
    pub client_id: String,
    /// Requests a minute with its tokens, on all routes together, in each of Kong's pods.
    pub limit_per_minute: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_of_a_later_identity_is_read() {
        let text = r#"{"keys":[{"kid":"k1","public_key_pem":"PEM","signs_from":"later"}],
                       "clients":[{"client_id":"erp","limit_per_minute":6000,"note":""}],"more":1}"#;
        let state: State = serde_json::from_str(text).unwrap();
        assert_eq!(state.keys[0].kid, "k1");
        assert_eq!(state.clients[0].limit_per_minute, 6000);
    }
}
