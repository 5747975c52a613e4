//! The settings, from the environment; all mistakes are reported at once.

use chrono::TimeDelta;
use souk_kit::{
    Env, Reader, Sink, TokenVerifier, env::ConfigMistakes, postgres::database_settings,
};

use crate::{
    domain::{Email, Password},
    signer::{Identity, Signer},
};

const TOKEN_TTL_USUAL: u32 = 3_600;
/// A token cannot be called back, so none lives longer than a day.
const TOKEN_TTL_MAX: u32 = 86_400;
const TOKEN_TTL_MIN: u32 = 60;

/// What the function is told about its surroundings.
pub(crate) struct Config {
    /// Where its database is.
    pub(crate) database_url: String,
    /// How many connections it may open.
    pub(crate) database_max: u32,
    /// Where its events go.
    pub(crate) sink: Sink,
    /// Whose tokens it believes: its own.
    pub(crate) verifier: TokenVerifier,
    /// Who signs them.
    pub(crate) signer: Signer,
    /// The shop's first merchant, if there is to be one.
    pub(crate) merchant: Option<Merchant>,
}

/// An account that has to be there.
pub(crate) struct Merchant {
    pub(crate) email: Email,
    pub(crate) password: Password,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let database = database_settings(&mut r);
        let (sink, verifier) = (Sink::from_env(&mut r), TokenVerifier::from_env(&mut r));
        let (signer, merchant) = (signer(&mut r), merchant(&mut r));
        r.finish(|| {
            let (database_url, database_max) = database?;
            Some(Self {
                database_url,
                database_max,
                sink: sink?,
                verifier: verifier?,
                signer: signer?,
                merchant: merchant?,
            })
        })
    }
}

/// What the verifier reads as well is its to complain of.
fn signer(r: &mut Reader<'_>) -> Option<Signer> {
    let private_key = r.required::<String>("TOKEN_PRIVATE_KEY_PEM");
    let ttl = token_ttl(r);
    let env = r.env();
    let identity = Identity {
        issuer: env.get("TOKEN_ISSUER")?,
        audience: env.get("TOKEN_AUDIENCE")?,
        key_id: env.get("TOKEN_KEY_ID")?,
    };
    let public_key = env.get("TOKEN_PUBLIC_KEY_PEM")?;
    Signer::new(identity, &private_key?, &public_key, ttl?)
        .map_err(|error| r.mistake(format!("TOKEN_PRIVATE_KEY_PEM cannot be used: {error}")))
        .ok()
}

fn token_ttl(r: &mut Reader<'_>) -> Option<TimeDelta> {
    let ttl = r.optional("IDENTITY_TOKEN_TTL_SECONDS", TOKEN_TTL_USUAL)?;
    if (TOKEN_TTL_MIN..=TOKEN_TTL_MAX).contains(&ttl) {
        return Some(TimeDelta::seconds(ttl.into()));
    }
    r.mistake(format!(
        "IDENTITY_TOKEN_TTL_SECONDS is {ttl}, allowed are {TOKEN_TTL_MIN} to {TOKEN_TTL_MAX}"
    ));
    None
}

/// Both or neither. The outer `None` is a mistake that was noted.
fn merchant(r: &mut Reader<'_>) -> Option<Option<Merchant>> {
    let (email, password) = (
        r.maybe::<Email>("MERCHANT_EMAIL")?,
        r.maybe::<Password>("MERCHANT_PASSWORD")?,
    );
    match (email, password) {
        (Some(email), Some(password)) => Some(Some(Merchant { email, password })),
        (None, None) => Some(None),
        (Some(_), None) => {
            r.mistake("MERCHANT_EMAIL is set and MERCHANT_PASSWORD is not");
            None
        }
        (None, Some(_)) => {
            r.mistake("MERCHANT_PASSWORD is set and MERCHANT_EMAIL is not");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::KeyPair;

    fn mistakes(settings: &[(&str, &str)]) -> String {
        Config::from_env(&Env::of(settings))
            .err()
            .unwrap()
            .to_string()
    }

    #[test]
    fn every_setting_that_is_missing_is_named_once() {
        let mistakes = mistakes(&[]);
        for name in [
            "DATABASE_URL",
            "K_SINK",
            "TOKEN_ISSUER",
            "TOKEN_PUBLIC_KEY_PEM",
            "TOKEN_PRIVATE_KEY_PEM",
        ] {
            assert_eq!(mistakes.matches(name).count(), 1, "{name} in: {mistakes}");
        }
        assert!(!mistakes.contains("MERCHANT"), "a merchant is optional");
    }

    #[test]
    fn a_merchant_has_an_address_and_a_password_that_anybody_could_have() {
        let half = mistakes(&[("MERCHANT_EMAIL", "merchant@souk.example")]);
        assert!(half.contains("MERCHANT_PASSWORD is not"), "{half}");
        let weak = mistakes(&[
            ("MERCHANT_EMAIL", "merchant@souk.example"),
            ("MERCHANT_PASSWORD", "hunter2"),
        ]);
        assert!(weak.contains("MERCHANT_PASSWORD cannot be used"), "{weak}");
        assert!(!weak.contains("hunter2"), "a secret is shown");
    }

    #[test]
    fn two_halves_of_different_keys_are_refused() {
        let (one, other) = (KeyPair::new(), KeyPair::new());
        let mistakes = mistakes(&[
            ("TOKEN_ISSUER", "https://souk.example"),
            ("TOKEN_AUDIENCE", "souk"),
            ("TOKEN_KEY_ID", "k1"),
            ("TOKEN_PUBLIC_KEY_PEM", &one.public_pem),
            ("TOKEN_PRIVATE_KEY_PEM", &other.private_pem),
        ]);
        let expected = "TOKEN_PRIVATE_KEY_PEM cannot be used: it does not belong to the public key";
        assert!(mistakes.contains(expected), "{mistakes}");
    }
}
