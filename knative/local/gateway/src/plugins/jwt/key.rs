//! The algorithms by which tokens are signed, and the keys that verify them.

use ring::hmac;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};

use super::der;

/// OBJECT IDENTIFIER rsaEncryption, NULL.
const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
/// OBJECT IDENTIFIER ecPublicKey, OBJECT IDENTIFIER prime256v1.
pub(super) const P256: &[u8] =
    b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
/// OBJECT IDENTIFIER ecPublicKey, OBJECT IDENTIFIER secp384r1.
const P384: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
/// OBJECT IDENTIFIER Ed25519.
const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";

struct Algorithm {
    name: &'static str,
    verification: &'static dyn VerificationAlgorithm,
    /// What the key's file must say it is.
    identifier: &'static [u8],
    /// Of a signature, where it is fixed.
    length: Option<usize>,
}

#[rustfmt::skip]
static ALGORITHMS: [Algorithm; 9] = [
    Algorithm { name: "RS256", verification: &signature::RSA_PKCS1_2048_8192_SHA256, identifier: RSA, length: None },
    Algorithm { name: "RS384", verification: &signature::RSA_PKCS1_2048_8192_SHA384, identifier: RSA, length: None },
    Algorithm { name: "RS512", verification: &signature::RSA_PKCS1_2048_8192_SHA512, identifier: RSA, length: None },
    Algorithm { name: "PS256", verification: &signature::RSA_PSS_2048_8192_SHA256, identifier: RSA, length: None },
    Algorithm { name: "PS384", verification: &signature::RSA_PSS_2048_8192_SHA384, identifier: RSA, length: None },
    Algorithm { name: "PS512", verification: &signature::RSA_PSS_2048_8192_SHA512, identifier: RSA, length: None },
    Algorithm { name: "ES256", verification: &signature::ECDSA_P256_SHA256_FIXED, identifier: P256, length: Some(64) },
    Algorithm { name: "ES384", verification: &signature::ECDSA_P384_SHA384_FIXED, identifier: P384, length: Some(96) },
    Algorithm { name: "EdDSA", verification: &signature::ED25519, identifier: ED25519, length: Some(64) },
];

/// A signature that cannot be one of the algorithm at all; Kong fails on it instead of refusing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrongLength;

/// A public key and the algorithm it is for.
#[derive(Debug)]
pub(crate) struct VerifyingKey {
    key: UnparsedPublicKey<Vec<u8>>,
    length: Option<usize>,
}

impl VerifyingKey {
    /// Reads the PEM of a credential's `rsa_public_key`, which holds keys of every kind.
    pub(crate) fn from_pem(algorithm: &str, pem: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("jwt_secrets: rsa_public_key {what}");
        let known = ALGORITHMS.iter().find(|known| known.name == algorithm);
        let known = known.ok_or_else(|| {
            format!("jwt_secrets: algorithm `{algorithm}` with a public key is not supported here")
        })?;
        let (label, bytes) = der::pem(pem).ok_or_else(|| wrong("is no PEM"))?;
        if label == "RSA PUBLIC KEY" && known.identifier == RSA {
            return Ok(Self::new(known, &bytes));
        }
        let (identifier, key) = der::subject_public_key(&bytes)
            .filter(|_| label == "PUBLIC KEY")
            .ok_or_else(|| wrong("is no public key"))?;
        if identifier != known.identifier {
            return Err(wrong(&format!("is no key for {algorithm}")));
        }
        Ok(Self::new(known, key))
    }

    fn new(algorithm: &'static Algorithm, key: &[u8]) -> Self {
        Self {
            key: UnparsedPublicKey::new(algorithm.verification, key.to_vec()),
            length: algorithm.length,
        }
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> Result<bool, WrongLength> {
        match self.length {
            Some(length) if length != signature.len() => Err(WrongLength),
            _ => Ok(self.key.verify(message, signature).is_ok()),
        }
    }
}

/// Verifies by a shared secret. An algorithm that is none of HS256, HS384 and HS512 verifies nothing.
pub(crate) fn hmac_verifies(
    algorithm: &str,
    secret: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<bool, WrongLength> {
    let Some(algorithm) = hmac_algorithm(algorithm) else {
        return Ok(false);
    };
    let key = hmac::Key::new(algorithm, secret);
    Ok(hmac::verify(&key, message, signature).is_ok())
}

/// Whether Kong knows the algorithm, with or without a key for it here.
pub(crate) fn is_known(algorithm: &str) -> bool {
    algorithm == "ES512"
        || hmac_algorithm(algorithm).is_some()
        || ALGORITHMS.iter().any(|known| known.name == algorithm)
}

fn hmac_algorithm(name: &str) -> Option<hmac::Algorithm> {
    match name {
        "HS256" => Some(hmac::HMAC_SHA256),
        "HS384" => Some(hmac::HMAC_SHA384),
        "HS512" => Some(hmac::HMAC_SHA512),
        _ => None,
    }
}
