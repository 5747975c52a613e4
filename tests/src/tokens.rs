//! Tokens of one's own making: any header, any claims, any key or none. What a shop must see through.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::DecodePrivateKey as _;
use ring::hmac;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shop::Shop;

/// Header and claims of a token, to be bent before it is signed.
#[derive(Debug, Clone)]
pub struct Forgery {
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
}

/// The key that identity signs with, taken from its Secret: nobody outside has it, and with it a test can make a token that is right
/// but for one thing.
pub struct ShopKey {
    /// Its id.
    pub kid: String,
    key: SigningKey,
    /// The public half, as a PEM.
    pub public_pem: String,
    issuer: String,
}

impl Shop {
    /// The key that identity began with; nothing where Secrets are not told.
    ///
    /// # Panics
    ///
    /// When the Secret is no P-256 key.
    #[must_use]
    pub fn signing_key(&self) -> Option<ShopKey> {
        let secret = self.secret("identity-signing-key")?;
        let text = |name: &str| secret[name].as_str().expect("the Secret is complete");
        let key = SigningKey::from_pkcs8_pem(text("private.pem"));
        Some(ShopKey {
            kid: text("kid").to_owned(),
            key: key.expect("a P-256 key in PEM"),
            public_pem: text("public.pem").to_owned(),
            issuer: self.gateway.clone(),
        })
    }
}

impl ShopKey {
    /// What identity would put into an access token of somebody with this role.
    #[must_use]
    pub fn access_token(&self, role: &str, scope: &str) -> Forgery {
        let now = Utc::now().timestamp();
        let kid = &self.kid;
        Forgery {
            header: json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid }),
            claims: json!({
                "iss": self.issuer, "aud": "souk", "sub": Uuid::new_v4(), "client_id": "shop", "scope": scope, "roles": [role],
                "jti": Uuid::new_v4(), "iat": now - 10, "nbf": now - 10, "exp": now + 600, "sid": Uuid::new_v4(),
                "auth_time": now - 10, "email": "forged@souk.example", "email_verified": true, "name": "F",
                "kid": format!("{kid}.{role}s"),
            }),
        }
    }

    /// Signed as identity signs.
    #[must_use]
    pub fn sign(&self, forgery: &Forgery) -> String {
        forgery.signed(&self.key)
    }
}

impl Forgery {
    /// The parts of a token that the shop has made.
    ///
    /// # Panics
    ///
    /// When it is no JWT.
    #[must_use]
    pub fn of(token: &str) -> Self {
        let mut parts = token.split('.').map(|part| {
            let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
            serde_json::from_slice(&bytes).unwrap_or(Value::Null)
        });
        let mut part = || parts.next().expect("a token has a header and claims");
        Self {
            header: part(),
            claims: part(),
        }
    }

    /// The same with another value in the header.
    #[must_use]
    pub fn header(mut self, name: &str, value: Value) -> Self {
        self.header[name] = value;
        self
    }

    /// The same with another claim.
    #[must_use]
    pub fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims[name] = value;
        self
    }

    /// The same without a claim.
    ///
    /// # Panics
    ///
    /// When the claims are no object.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        let claims = self.claims.as_object_mut().expect("claims are an object");
        claims.remove(name);
        self
    }

    /// With an ES256 signature of some key.
    #[must_use]
    pub fn signed(&self, key: &SigningKey) -> String {
        let signature: Signature = key.sign(self.message().as_bytes());
        self.with_signature(&signature.to_bytes())
    }

    /// With an HMAC signature whose secret is `secret`, whatever the header says; as long as the header's algorithm has it, for Kong
    /// answers 500 to an ES256 signature of another length.
    #[must_use]
    pub fn hmac_signed(&self, secret: &[u8]) -> String {
        let algorithm = match self.header["alg"] == "ES256" {
            true => hmac::HMAC_SHA512,
            false => hmac::HMAC_SHA256,
        };
        let key = hmac::Key::new(algorithm, secret);
        self.with_signature(hmac::sign(&key, self.message().as_bytes()).as_ref())
    }

    /// With any bytes as its signature.
    #[must_use]
    pub fn with_signature(&self, signature: &[u8]) -> String {
        let signature = URL_SAFE_NO_PAD.encode(signature);
        format!("{}.{signature}", self.message())
    }

    fn message(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(&self.header), part(&self.claims))
    }
}

/// A key that is nobody's.
///
/// # Panics
///
/// Never: the number is below the curve's order.
#[must_use]
pub fn strangers_key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).expect("a number below the curve's order")
}

/// Its public half as a JWK with the id `kid`.
///
/// # Panics
///
/// Never: a point of this curve has both coordinates.
#[must_use]
pub fn strangers_jwk(kid: &str) -> Value {
    let secret = SecretKey::from_slice(&[7; 32]).expect("a number below the curve's order");
    let point = secret.public_key().to_encoded_point(false);
    let coordinate = |bytes: Option<&p256::FieldBytes>| {
        let bytes: &[u8] = bytes.expect("a point of this curve has both coordinates");
        URL_SAFE_NO_PAD.encode(bytes)
    };
    json!({
        "kty": "EC", "crv": "P-256", "kid": kid, "alg": "ES256", "use": "sig",
        "x": coordinate(point.x()), "y": coordinate(point.y()),
    })
}
