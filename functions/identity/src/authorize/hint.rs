//! `id_token_hint`: an id_token of ours that a client shows to say whom it means. It may have expired: it opens nothing.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use souk_kit::Problem;
use uuid::Uuid;

use crate::app::App;

/// The longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 4096;

/// What an id_token says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Hint {
    /// Whom it is about.
    #[serde(rename = "sub")]
    pub(crate) subject: Uuid,
    /// The client it was given to.
    #[serde(rename = "aud")]
    pub(crate) client_id: String,
    /// The session it belongs to.
    #[serde(rename = "sid")]
    pub(crate) session_id: Option<Uuid>,
}

/// What the token says, if it is an id_token of ours, however old. One whose key is gone says nothing.
pub(crate) async fn read_hint(app: &App, token: &str) -> Result<Option<Hint>, Problem> {
    let header = if token.len() <= TOKEN_BYTES_MAX {
        decode_header(token).ok()
    } else {
        None
    };
    // An access token has another type (RFC 9068), and is for another audience.
    let Some(header) = header.filter(|header| header.typ.as_deref() == Some("JWT")) else {
        return Ok(None);
    };
    let keys = app.keys.held().await?.ring.jwks(app.now());
    let key = keys
        .iter()
        .find(|key| key.common.key_id == header.kid)
        .and_then(|key| DecodingKey::from_jwk(key).ok());
    let claims = key.and_then(|key| decode::<Hint>(token, &key, &validation(app)).ok());
    Ok(claims.map(|claims| claims.claims))
}

fn validation(app: &App) -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[&app.settings.issuer]);
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    // Whose it is, is for whoever reads the hint.
    validation.validate_aud = false;
    validation
}
