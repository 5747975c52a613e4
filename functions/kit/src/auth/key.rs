//! One public key of a set, if it is of a kind that is believed.

use std::sync::Arc;

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};

/// A key, and what it signs with.
pub(crate) struct Key {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

/// A key that signs, in a way that is believed; under its id.
pub(super) fn usable(jwk: &Jwk, algorithms: &[Algorithm]) -> Option<(String, Arc<Key>)> {
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        _ => return None,
    };
    let signs = matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    let said = jwk.common.key_algorithm.map(|said| said.to_string());
    if !signs
        || !algorithms.contains(&algorithm)
        || said.is_some_and(|said| said != format!("{algorithm:?}"))
    {
        return None;
    }
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some((jwk.common.key_id.clone()?, Arc::new(Key { algorithm, key })))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The example of RFC 7517, appendix A.1.
    fn example() -> Value {
        json!({
            "kty": "EC", "crv": "P-256", "kid": "a", "use": "sig", "alg": "ES256",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        })
    }

    fn is_usable(change: &[(&str, Value)]) -> bool {
        let mut key = example();
        for (name, value) in change {
            key[*name] = value.clone();
        }
        let Ok(jwk) = serde_json::from_value::<Jwk>(key) else {
            return false;
        };
        usable(&jwk, &[Algorithm::ES256]).is_some()
    }

    #[test]
    fn a_key_counts_only_for_what_it_is_said_to_be() {
        assert!(is_usable(&[]));
        for (name, value) in [
            ("use", json!("enc")),
            ("alg", json!("ES384")),
            ("crv", json!("P-384")),
            ("kid", json!(null)),
            ("x", json!("!")),
        ] {
            assert!(!is_usable(&[(name, value.clone())]), "{name}: {value}");
        }
        assert!(!is_usable(&[("kty", json!("oct")), ("k", json!("AAAA"))]));
        let rsa = [
            ("kty", json!("RSA")),
            ("n", json!("AQAB")),
            ("e", json!("AQAB")),
        ];
        assert!(!is_usable(&rsa), "an RSA key, where only ES256 is believed");
    }
}
