//! A token taken apart. It believes nothing of it.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::key::is_known;

/// As lenient as Kong: with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Header, claims and signature of a token.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    /// The text that the signature is over.
    pub(crate) signed: &'a str,
    pub(crate) algorithm: String,
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes a token apart, or says in Kong's words what is wrong with it.
    pub(crate) fn decode(text: &'a str) -> Result<Self, &'static str> {
        const INVALID: &str = "invalid JSON";
        let mut parts = text.splitn(3, '.');
        let (Some(header), Some(claims), Some(signature)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(INVALID);
        };
        let signed = &text[..header.len() + 1 + claims.len()];
        let header = object(header).ok_or(INVALID)?;
        let claims = object(claims).ok_or(INVALID)?;
        let algorithm = match header.get("alg") {
            Some(Value::String(algorithm)) if is_known(algorithm) => algorithm.clone(),
            _ => return Err("invalid alg"),
        };
        Ok(Self {
            signed,
            algorithm,
            header,
            claims,
            signature: decode_base64(signature).ok_or("invalid signature")?,
        })
    }
}

/// Decodes base64 of either alphabet.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    match text.contains(['+', '/']) {
        true => BASE64.decode(text.replace('+', "-").replace('/', "_")).ok(),
        false => BASE64.decode(text).ok(),
    }
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&decode_base64(text)?).ok()
}
