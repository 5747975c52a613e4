//! `GET /v1/identity/jwks.json`: the public key, for whoever wants to check a token without asking.

use axum::{
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use souk_kit::http::Json;

use crate::app::App;

/// Short enough for a new key to be known before its first token is.
const KEPT: &str = "public, max-age=300";

pub(crate) async fn get_keys(State(app): State<App>) -> Response {
    ([(CACHE_CONTROL, KEPT)], Json(app.signer.keys())).into_response()
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
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
