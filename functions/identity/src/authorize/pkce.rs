//! Proof key for code exchange (RFC 7636): who redeems a code shows that it is who asked for it. `S256` only; `plain` proves
//! nothing to whoever has seen the request.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// SHA-256 in base64url without padding.
const CHALLENGE_CHARS: usize = 43;
const VERIFIER_CHARS_MIN: usize = 43;
const VERIFIER_CHARS_MAX: usize = 128;

/// A `code_challenge` of the method `S256`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge(String);

impl Challenge {
    /// What a request or the store says; none if no verifier could ever meet it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let fits = text.len() == CHALLENGE_CHARS && URL_SAFE_NO_PAD.decode(text).is_ok();
        fits.then(|| Self(text.to_owned()))
    }

    /// Whether this `code_verifier` is the one that the challenge was made of.
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        let length = (VERIFIER_CHARS_MIN..=VERIFIER_CHARS_MAX).contains(&verifier.len());
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        length
            && verifier.bytes().all(unreserved)
            && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == self.0
    }

    /// As it is stored.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_verifier_of_the_standard_meets_its_challenge_and_no_other_does() {
        let challenge = Challenge::read(CHALLENGE).unwrap();
        assert!(challenge.is_met_by(VERIFIER));
        for other in ["", CHALLENGE, &VERIFIER[1..], &VERIFIER.replace('d', "e")] {
            assert!(!challenge.is_met_by(other), "{other}");
        }
    }

    #[test]
    fn a_short_verifier_is_refused_even_if_it_is_the_right_one() {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("short"));
        assert!(!Challenge::read(&challenge).unwrap().is_met_by("short"));
    }

    #[test]
    fn what_is_no_hash_is_no_challenge() {
        for wrong in [
            "",
            "plain",
            &CHALLENGE[1..],
            &format!("{}=", &CHALLENGE[1..]),
        ] {
            assert!(Challenge::read(wrong).is_none(), "{wrong}");
        }
    }
}
