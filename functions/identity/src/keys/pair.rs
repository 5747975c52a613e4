//! A key pair on the curve P-256: made, read, and in the forms that others want to have it in.

use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, PublicKeyUse},
};
use p256::{
    SecretKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding},
};
use souk_kit::Problem;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::chance::Chance;

/// Both halves. No `Debug`: the private one is not shown.
pub(crate) struct Pair {
    /// PKCS #8, PEM; wiped when it goes.
    pub(super) private_pem: Zeroizing<String>,
    /// SPKI, PEM.
    pub(super) public_pem: String,
}

/// Why a key cannot be used.
#[derive(Debug, Error)]
pub(crate) enum KeyError {
    /// It is no key on P-256.
    #[error("it is no private key on the curve P-256 (PKCS #8, PEM): {0}")]
    Unreadable(#[from] p256::pkcs8::Error),
    /// The library that signs does not take it.
    #[error(transparent)]
    Refused(#[from] jsonwebtoken::errors::Error),
}

impl Pair {
    /// A new one.
    pub(crate) fn generate(chance: &Chance) -> Result<Self, Problem> {
        loop {
            let bytes = Zeroizing::new(chance.bytes()?);
            // One out of four thousand million is no number of the curve.
            if let Ok(secret) = SecretKey::from_slice(bytes.as_slice()) {
                return Self::of(&secret).map_err(Problem::internal);
            }
        }
    }

    /// The one with this private half (PKCS #8, PEM).
    pub(crate) fn read(private_pem: &str) -> Result<Self, KeyError> {
        Self::of(&SecretKey::from_pkcs8_pem(private_pem)?)
    }

    fn of(secret: &SecretKey) -> Result<Self, KeyError> {
        let public = secret.public_key().to_public_key_pem(LineEnding::LF);
        Ok(Self {
            private_pem: secret.to_pkcs8_pem(LineEnding::LF)?,
            public_pem: public.map_err(p256::pkcs8::Error::from)?,
        })
    }

    /// What signs.
    pub(super) fn encoding(&self) -> Result<EncodingKey, KeyError> {
        Ok(EncodingKey::from_ec_pem(self.private_pem.as_bytes())?)
    }

    /// The public half under its name, as RFC 7517 has it.
    pub(super) fn jwk(&self, key_id: &str) -> Result<Jwk, KeyError> {
        let mut jwk = Jwk::from_encoding_key(&self.encoding()?, Algorithm::ES256)?;
        jwk.common.key_id = Some(key_id.to_owned());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(jwk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_can_be_read_again_and_shows_its_public_half_only() {
        let pair = Pair::generate(&Chance::system()).unwrap();
        let again = Pair::read(&pair.private_pem).unwrap();
        assert_eq!(again.public_pem, pair.public_pem);
        let jwk = serde_json::to_value(pair.jwk("k1").unwrap()).unwrap();
        assert_eq!((&jwk["kid"], &jwk["use"]), (&"k1".into(), &"sig".into()));
        assert!(jwk["d"].is_null(), "the private half is shown");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(matches!(
            Pair::read("nonsense"),
            Err(KeyError::Unreadable(_))
        ));
    }
}
