//! The settings, from the environment; all mistakes are reported at once.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use souk_kit::{
    Env, Reader, Sink, TokenVerifier,
    dynamodb::{DynamoSettings, settings},
    env::ConfigMistakes,
};

/// Two weeks.
const LIFETIME_SECONDS_USUAL: NonZeroU32 = NonZeroU32::new(14 * 24 * 3600).expect("two weeks");

/// The setting that names its table.
pub(crate) const TABLE_NAME: &str = "CARTS_TABLE_NAME";

/// What the function is told about its surroundings.
pub(crate) struct Config {
    /// How its database is reached.
    pub(crate) dynamodb: DynamoSettings,
    /// Which table is its own.
    pub(crate) table: String,
    /// Where its events would go.
    pub(crate) sink: Sink,
    /// Whose tokens it believes.
    pub(crate) verifier: TokenVerifier,
    /// How long a cart is kept after its last change.
    pub(crate) lifetime: TimeDelta,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let (dynamodb, table) = (settings(&mut r), r.required(TABLE_NAME));
        let (sink, verifier) = (Sink::from_env(&mut r), TokenVerifier::from_env(&mut r));
        let lifetime = r.optional("CARTS_LIFETIME_SECONDS", LIFETIME_SECONDS_USUAL);
        r.finish(|| {
            Some(Self {
                dynamodb: dynamodb?,
                table: table?,
                sink: sink?,
                verifier: verifier?,
                lifetime: TimeDelta::seconds(lifetime?.get().into()),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_missing_or_wrong_is_named() {
        let env = Env::of(&[("CARTS_LIFETIME_SECONDS", "0")]);
        let mistakes = Config::from_env(&env).err().unwrap().to_string();
        for name in [
            "AWS_REGION",
            "CARTS_TABLE_NAME",
            "K_SINK",
            "TOKEN_ISSUER",
            "CARTS_LIFETIME_SECONDS",
        ] {
            assert!(mistakes.contains(name), "{name} is not in: {mistakes}");
        }
    }
}
