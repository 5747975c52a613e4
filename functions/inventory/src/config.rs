//! The settings, from the environment; all mistakes are reported at once.

use chrono::TimeDelta;
use souk_kit::{
    Env, Reader, Sink, TokenVerifier,
    env::ConfigMistakes,
    postgres::{database_settings, replica_settings},
};
use sqlx::PgPool;

const HOLDING_SECONDS_USUAL: u32 = 1800;

/// What the function is told about its surroundings.
pub(crate) struct Config {
    /// Where its database is.
    pub(crate) database_url: String,
    /// How many connections it may open.
    pub(crate) database_max: u32,
    /// Where lists are read, if not there.
    pub(crate) replica: Option<PgPool>,
    /// Where its events go.
    pub(crate) sink: Sink,
    /// Whose tokens it believes.
    pub(crate) verifier: TokenVerifier,
    /// How long pieces are held for an order that nobody has confirmed.
    pub(crate) holding_time: TimeDelta,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let (database, replica) = (database_settings(&mut r), replica_settings(&mut r));
        let (sink, verifier) = (Sink::from_env(&mut r), TokenVerifier::from_env(&mut r));
        let holding = r.optional("INVENTORY_RESERVATION_SECONDS", HOLDING_SECONDS_USUAL);
        r.finish(|| {
            let (database_url, database_max) = database?;
            Some(Self {
                database_url,
                database_max,
                replica: replica?,
                sink: sink?,
                verifier: verifier?,
                holding_time: TimeDelta::seconds(holding?.into()),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_missing_or_wrong_is_named() {
        let env = Env::of(&[("INVENTORY_RESERVATION_SECONDS", "half an hour")]);
        let mistakes = Config::from_env(&env).err().unwrap().to_string();
        for name in [
            "DATABASE_URL",
            "K_SINK",
            "TOKEN_ISSUER",
            "INVENTORY_RESERVATION_SECONDS",
        ] {
            assert!(mistakes.contains(name), "{name} is not in: {mistakes}");
        }
    }
}
