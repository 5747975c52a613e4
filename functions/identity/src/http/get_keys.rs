//! `GET /v1/identity/jwks.json`: the public keys, for whoever wants to check a token without asking.

use axum::extract::State;
use jsonwebtoken::jwk::JwkSet;
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    Access, Answer,
    api::{Cached, Doc},
    http::Json,
};

use crate::app::App;

/// Shorter than a new key is known before it signs.
const KEPT: &str = "public, max-age=60";

pub(super) const GET_KEYS: Doc = Doc::new("Read the keys that check tokens", Access::public())
    .about("A JSON Web Key Set (RFC 7517), for whoever wants to check a token without asking.")
    .says(&[(200, "The keys.")]);

/// Public keys (RFC 7517).
#[derive(Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(super) struct KeySet(#[schemars(with = "Described")] JwkSet);

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

pub(super) async fn get_keys(State(app): State<App>) -> Answer<Cached<Json<KeySet>>> {
    let keys = app.keys.held().await?.ring.jwks(app.now());
    Ok(Cached {
        control: KEPT,
        answer: Json(KeySet(JwkSet { keys })),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::header::CACHE_CONTROL;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
    use serde_json::Value;

    use super::*;
    use crate::testing::{Desk, ISSUER};

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
        assert_eq!(claims["iss"], ISSUER);
        assert_eq!(claims["kid"], format!("{kid}.customers"));
        for claim in [
            "sub",
            "jti",
            "iat",
            "nbf",
            "exp",
            "email",
            "email_verified",
            "name",
            "roles",
            "scope",
            "client_id",
            "sid",
            "auth_time",
        ] {
            assert!(!claims[claim].is_null(), "{claim} is not in {claims}");
        }
    }
}
