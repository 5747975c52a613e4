//! `GET /v1/identity/jwks.json`: the public key, for whoever wants to check a token without asking.

use axum::extract::State;
use jsonwebtoken::jwk::JwkSet;
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    api::{Cached, Doc},
    http::Json,
};

use crate::app::App;

/// Short enough for a new key to be known before its first token is.
const KEPT: &str = "public, max-age=300";

pub(crate) const GET_KEYS: Doc = Doc::new("Read the keys that check tokens")
    .about("A JSON Web Key Set (RFC 7517), for whoever wants to check a token without asking.")
    .says(&[(200, "The keys.")]);

/// Public keys (RFC 7517).
#[derive(Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct KeySet(#[schemars(with = "Described")] JwkSet);

/// Public keys (RFC 7517).
#[derive(JsonSchema)]
#[schemars(rename = "KeySet")]
#[expect(dead_code, reason = "it only describes what jsonwebtoken writes")]
struct Described {
    /// Each of them.
    keys: Vec<DescribedKey>,
}

/// A public key on the curve P-256.
#[derive(JsonSchema)]
#[schemars(rename = "Key")]
#[expect(dead_code, reason = "it only describes what jsonwebtoken writes")]
struct DescribedKey {
    /// The key type.
    #[schemars(extend("const" = "EC"))]
    kty: String,
    /// The curve.
    #[schemars(extend("const" = "P-256"))]
    crv: String,
    /// A coordinate.
    x: String,
    /// The other coordinate.
    y: String,
    /// Which key it is: the `kid` of the tokens that it checks.
    kid: String,
    /// How it signs.
    #[schemars(extend("const" = "ES256"))]
    alg: String,
    /// What it is for.
    #[schemars(extend("const" = "sig"))]
    r#use: String,
}

pub(crate) async fn get_keys(State(app): State<App>) -> Cached<Json<KeySet>> {
    Cached {
        control: KEPT,
        answer: Json(KeySet(app.signer.keys().clone())),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::CACHE_CONTROL;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
    use serde_json::Value;

    use super::*;
    use crate::testing::Desk;

    #[tokio::test]
    async fn a_token_can_be_checked_with_the_key_that_is_shown_under_its_kid() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        let token = desk.token("ada@souk.example", "correct horse").await;
        let shown = desk.get("/v1/identity/jwks.json", "no token").await;
        assert_eq!(shown.headers[CACHE_CONTROL], KEPT);
        assert_eq!(shown.body["keys"][0]["alg"], "ES256");
        assert_eq!(shown.body["keys"][0]["use"], "sig");
        assert!(
            shown.body["keys"][0]["d"].is_null(),
            "the private key is shown"
        );

        let keys: JwkSet = serde_json::from_value(shown.body).unwrap();
        let kid = decode_header(&token).unwrap().kid.unwrap();
        let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.set_audience(&["souk"]);
        let claims = decode::<Value>(&token, &key, &validation).unwrap().claims;
        assert_eq!(claims["iss"], "https://souk.example");
        for claim in ["sub", "jti", "iat", "nbf", "exp", "email", "name", "roles"] {
            assert!(!claims[claim].is_null(), "{claim} is not in {claims}");
        }
    }
}
