//! Tokens as `identity` gives them, signed by a key that only this test has.

use std::sync::OnceLock;

use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use p256::{
    SecretKey,
    pkcs8::{EncodePrivateKey, LineEnding},
};
use serde_json::{Value, json};
use souk_kit::{Clock, Role, TokenVerifier};
use uuid::Uuid;

use crate::jwks;

const ISSUER: &str = "https://souk.example";
const AUDIENCE: &str = "souk";
const KEY_ID: &str = "test-key";
const LIFETIME_SECONDS: i64 = 900;
const EMAIL: &str = "ada@souk.example";
/// The client that the shop's own tokens belong to.
const SHOP: &str = "shop";
/// The machine client that [`Tokens::token`] speaks for.
const MACHINE: &str = "test-machine";

/// A key pair, and what can be signed with it.
pub struct Tokens {
    private: EncodingKey,
    set: JwkSet,
    clock: Clock,
    /// Where the keys are served, once somebody has asked.
    url: OnceLock<String>,
}

impl Tokens {
    /// A new key; `clock` tells when tokens are issued, and when they have expired.
    ///
    /// # Panics
    /// If no key can be made.
    pub fn new(clock: Clock) -> Self {
        let private = encoding_key();
        let mut key = Jwk::from_encoding_key(&private, Algorithm::ES256)
            .unwrap_or_else(|error| panic!("{error}"));
        key.common.key_id = Some(KEY_ID.to_owned());
        key.common.public_key_use = Some(PublicKeyUse::Signature);
        Self {
            private,
            set: JwkSet { keys: vec![key] },
            clock,
            url: OnceLock::new(),
        }
    }

    /// Believes the tokens of this key.
    pub fn verifier(&self) -> TokenVerifier {
        TokenVerifier::new(ISSUER, AUDIENCE, &self.set, self.clock.clone())
    }

    /// The public key, as a set.
    pub fn keys(&self) -> &JwkSet {
        &self.set
    }

    /// The settings of a function that believes the tokens of this key. The first call begins to serve it.
    ///
    /// # Panics
    /// If there is no port left.
    pub fn settings(&self) -> [(&'static str, &str); 3] {
        let url = self.url.get_or_init(|| jwks::serve(&self.set));
        [
            ("TOKEN_ISSUER", ISSUER),
            ("TOKEN_AUDIENCE", AUDIENCE),
            ("TOKEN_JWKS_URL", url),
        ]
    }

    /// A good token for somebody of this role, with every scope that the role can have.
    pub fn token(&self, subject: Uuid, role: Role) -> String {
        self.sign(KEY_ID, &self.claims(subject, role))
    }

    /// A good token with these scopes and no others.
    pub fn token_with(&self, subject: Uuid, role: Role, scopes: &[&str]) -> String {
        let mut claims = self.claims(subject, role);
        claims["scope"] = scopes.join(" ").into();
        self.sign(KEY_ID, &claims)
    }

    /// A good token of a machine client with these scopes. Its subject is made from its name.
    pub fn machine(&self, client_id: &str, scopes: &[&str]) -> String {
        let subject = Uuid::new_v5(&Uuid::NAMESPACE_URL, client_id.as_bytes());
        let mut claims = self.claims(subject, Role::Machine);
        claims["scope"] = scopes.join(" ").into();
        claims["client_id"] = client_id.into();
        claims["kid"] = format!("{KEY_ID}.{client_id}").into();
        self.sign(KEY_ID, &claims)
    }

    /// What a good token says.
    pub fn claims(&self, subject: Uuid, role: Role) -> Value {
        let now = self.clock.now().timestamp();
        let client = role.consumer().map_or(MACHINE, |_| SHOP);
        let mut claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "jti": Uuid::now_v7(), "iat": now, "nbf": now,
            "exp": now + LIFETIME_SECONDS, "client_id": client, "scope": scopes(role),
            "roles": [role.name()], "kid": format!("{KEY_ID}.{}", role.consumer().unwrap_or(client)),
        });
        if role != Role::Machine {
            claims["sid"] = json!(Uuid::now_v7());
            claims["auth_time"] = now.into();
        }
        if !matches!(role, Role::Machine | Role::Guest) {
            claims["email"] = EMAIL.into();
            claims["email_verified"] = true.into();
            claims["name"] = "Ada".into();
        }
        claims
    }

    /// Signs whatever claims as an access token, under whatever key id.
    ///
    /// # Panics
    /// If signing fails.
    pub fn sign(&self, key_id: &str, claims: &Value) -> String {
        self.sign_as("at+jwt", key_id, claims)
    }

    /// Signs whatever claims as whatever type of token.
    ///
    /// # Panics
    /// If signing fails.
    pub fn sign_as(&self, token_type: &str, key_id: &str, claims: &Value) -> String {
        let header = Header {
            typ: Some(token_type.to_owned()),
            kid: Some(key_id.to_owned()),
            ..Header::new(Algorithm::ES256)
        };
        encode(&header, claims, &self.private).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Of everybody who has an account.
const PERSON: &[&str] = &["openid", "profile", "email", "offline_access", "account"];
/// Of whoever buys something.
const BUYER: &[&str] = &[
    "carts:read",
    "carts:write",
    "orders:read",
    "orders:write",
    "payments:read",
    "shipments:read",
    "notifications:read",
];
/// Of whoever runs the shop.
const MERCHANT: &[&str] = &[
    "catalog:write",
    "stock:write",
    "orders:read",
    "orders:write",
    "payments:read",
    "payments:write",
    "shipments:read",
    "shipments:write",
];
/// Of whoever runs the platform.
const OPERATOR: &[&str] = &[
    "accounts:read",
    "accounts:write",
    "clients:read",
    "clients:write",
    "dead-letters:read",
    "dead-letters:write",
    "keys:read",
    "keys:write",
];

/// What a role can have at most, as `identity` has it, whose tests compare the two; what is published, [`Tokens::machine`] says.
pub fn scopes(role: Role) -> String {
    let lists: &[&[&str]] = match role {
        Role::Guest => &[&["offline_access"], BUYER],
        Role::Customer => &[PERSON, BUYER],
        Role::Merchant => &[PERSON, MERCHANT],
        Role::Operator => &[PERSON, OPERATOR],
        Role::Machine => &[BUYER, MERCHANT, OPERATOR],
    };
    lists.concat().join(" ")
}

fn encoding_key() -> EncodingKey {
    let pem = secret_key()
        .to_pkcs8_pem(LineEnding::LF)
        .unwrap_or_else(|error| panic!("{error}"));
    EncodingKey::from_ec_pem(pem.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// Two random UUIDs are enough of a secret for a test.
fn secret_key() -> SecretKey {
    let (high, low) = (Uuid::new_v4(), Uuid::new_v4());
    let bytes = [*high.as_bytes(), *low.as_bytes()].concat();
    SecretKey::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}"))
}
