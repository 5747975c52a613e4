//! Tokens as `identity` gives them, signed by a key that only this test has.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use p256::{
    SecretKey,
    pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding},
};
use serde_json::{Value, json};
use souk_kit::{Clock, TokenVerifier};
use uuid::Uuid;

const ISSUER: &str = "https://souk.example";
const AUDIENCE: &str = "souk";
const KEY_ID: &str = "test-key";
const LIFETIME_SECONDS: i64 = 3600;

/// A key pair, and what can be signed with it.
pub struct Tokens {
    private: EncodingKey,
    public_pem: String,
    clock: Clock,
}

impl Tokens {
    /// A new key; `clock` tells when tokens are issued, and when they have expired.
    ///
    /// # Panics
    /// If no key can be made.
    pub fn new(clock: Clock) -> Self {
        let secret = secret_key();
        let private_pem = secret
            .to_pkcs8_pem(LineEnding::LF)
            .unwrap_or_else(|error| panic!("{error}"));
        let public_pem = secret
            .public_key()
            .to_public_key_pem(LineEnding::LF)
            .unwrap_or_else(|error| panic!("{error}"));
        let private = EncodingKey::from_ec_pem(private_pem.as_bytes())
            .unwrap_or_else(|error| panic!("{error}"));
        Self {
            private,
            public_pem,
            clock,
        }
    }

    /// Believes the tokens of this key.
    ///
    /// # Panics
    /// If the key cannot be read back.
    pub fn verifier(&self) -> TokenVerifier {
        let verifier = TokenVerifier::new(
            ISSUER,
            AUDIENCE,
            KEY_ID,
            &self.public_pem,
            self.clock.clone(),
        );
        verifier.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The settings of a function that believes the tokens of this key.
    pub fn settings(&self) -> [(&'static str, &str); 4] {
        [
            ("TOKEN_ISSUER", ISSUER),
            ("TOKEN_AUDIENCE", AUDIENCE),
            ("TOKEN_KEY_ID", KEY_ID),
            ("TOKEN_PUBLIC_KEY_PEM", &self.public_pem),
        ]
    }

    /// A good token for an account with these roles.
    pub fn token(&self, account_id: Uuid, roles: &[&str]) -> String {
        self.sign(KEY_ID, &self.claims(account_id, roles))
    }

    /// What a good token says.
    pub fn claims(&self, account_id: Uuid, roles: &[&str]) -> Value {
        let now = self.clock.now().timestamp();
        json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": account_id, "jti": Uuid::now_v7(), "iat": now, "nbf": now,
            "exp": now + LIFETIME_SECONDS, "email": "ada@souk.example", "roles": roles,
        })
    }

    /// Signs whatever claims, under whatever key id.
    ///
    /// # Panics
    /// If signing fails.
    pub fn sign(&self, key_id: &str, claims: &Value) -> String {
        let header = Header {
            kid: Some(key_id.to_owned()),
            ..Header::new(Algorithm::ES256)
        };
        encode(&header, claims, &self.private).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Two random UUIDs are enough of a secret for a test.
fn secret_key() -> SecretKey {
    let (high, low) = (Uuid::new_v4(), Uuid::new_v4());
    let bytes = [*high.as_bytes(), *low.as_bytes()].concat();
    SecretKey::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}"))
}
