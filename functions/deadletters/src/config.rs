//! The settings, from the environment; all mistakes are reported at once.

use souk_kit::{Env, Reader, TokenVerifier, env::ConfigMistakes, postgres::database_settings};

use crate::domain::Subscribers;

/// What the function is told about its surroundings.
pub(crate) struct Config {
    /// Where its database is.
    pub(crate) database_url: String,
    /// How many connections it may open.
    pub(crate) database_max: u32,
    /// Whose tokens it believes.
    pub(crate) verifier: TokenVerifier,
    /// Where events may be sent again.
    pub(crate) subscribers: Subscribers,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let (database, verifier) = (database_settings(&mut r), TokenVerifier::from_env(&mut r));
        let subscribers = r.required::<Subscribers>("DEADLETTERS_SUBSCRIBER_URL");
        r.finish(|| {
            let (database_url, database_max) = database?;
            Some(Self {
                database_url,
                database_max,
                verifier: verifier?,
                subscribers: subscribers?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_missing_is_named() {
        let mistakes = Config::from_env(&Env::of(&[])).err().unwrap().to_string();
        let names = [
            "DATABASE_URL",
            "TOKEN_ISSUER",
            "TOKEN_JWKS_URL",
            "DEADLETTERS_SUBSCRIBER_URL",
        ];
        for name in names {
            assert!(mistakes.contains(name), "{name} is not in: {mistakes}");
        }
    }
}
