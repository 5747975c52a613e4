//! A key pair on P-256 for ES256 tokens, and its name. It signs nothing itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use p256::{PublicKey, SecretKey};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// A key pair in PEM and the thumbprint it is known by.
pub struct SigningKey {
    /// PKCS #8.
    pub private_pem: String,
    /// SubjectPublicKeyInfo.
    pub public_pem: String,
    /// RFC 7638 thumbprint of the public key, base64url.
    pub kid: String,
}

impl SigningKey {
    /// A new key pair.
    ///
    /// # Errors
    ///
    /// When the key cannot be written as PEM.
    pub fn generate() -> Result<Self, String> {
        loop {
            let bytes: [u8; 32] = rand::rng().random();
            // Not every number is a key: one in 2^32 has to be drawn again.
            if let Ok(secret) = SecretKey::from_slice(&bytes) {
                return Self::of(&secret);
            }
        }
    }

    /// The key pair of a private key.
    ///
    /// # Errors
    ///
    /// When `private_pem` is no P-256 key in PKCS #8.
    pub fn from_private_pem(private_pem: &str) -> Result<Self, String> {
        let secret = SecretKey::from_pkcs8_pem(private_pem).map_err(|error| error.to_string())?;
        Self::of(&secret)
    }

    fn of(secret: &SecretKey) -> Result<Self, String> {
        let public = secret.public_key();
        let private_pem = secret
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|error| error.to_string())?;
        let public_pem = public
            .to_public_key_pem(LineEnding::LF)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            private_pem: private_pem.to_string(),
            public_pem,
            kid: thumbprint(&public),
        })
    }
}

/// RFC 7638: SHA-256 over the required members in lexical order, without spaces.
fn thumbprint(key: &PublicKey) -> String {
    let point = key.to_encoded_point(false);
    let coordinate = |bytes: Option<&p256::FieldBytes>| {
        URL_SAFE_NO_PAD.encode(bytes.map_or(&[][..], |bytes| &bytes[..]))
    };
    let (x, y) = (coordinate(point.x()), coordinate(point.y()));
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

#[cfg(test)]
mod tests {
    use p256::pkcs8::DecodePublicKey as _;

    use super::*;

    #[test]
    fn a_private_key_gives_the_same_pair_again() {
        let made = SigningKey::generate().unwrap();
        let again = SigningKey::from_private_pem(&made.private_pem).unwrap();
        assert_eq!((again.public_pem, again.kid), (made.public_pem, made.kid));
    }

    /// The key of RFC 7517, appendix A.1; its thumbprint is the one that JOSE libraries are tested with.
    #[test]
    fn the_kid_is_the_rfc_7638_thumbprint() {
        let x = URL_SAFE_NO_PAD
            .decode("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4")
            .unwrap();
        let y = URL_SAFE_NO_PAD
            .decode("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM")
            .unwrap();
        let sec1: Vec<u8> = [vec![4], x, y].concat();
        let key = PublicKey::from_sec1_bytes(&sec1).unwrap();
        assert_eq!(
            thumbprint(&key),
            "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
        );
    }

    #[test]
    fn both_halves_are_pem_that_others_read() {
        let made = SigningKey::generate().unwrap();
        assert!(made.private_pem.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert!(PublicKey::from_public_key_pem(&made.public_pem).is_ok());
    }
}
