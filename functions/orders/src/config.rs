//! The settings, from the environment; all mistakes are reported at once.

use chrono::TimeDelta;
use souk_kit::{
    Deprecation, Env, Reader, Sink, TokenVerifier,
    auth::MachineToken,
    env::ConfigMistakes,
    postgres::{database_settings, replica_settings},
};
use sqlx::PgPool;
use url::Url;

use crate::{V1_ENDS, app::Patience};

const PAYMENT_WINDOW_USUAL: u32 = 900;
const BOOKING_WINDOW_USUAL: u32 = 24 * 60 * 60;
const KEPT_MONTHS_USUAL: u32 = 24;

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
    /// How long the first version of its API is there.
    pub(crate) deprecation: Deprecation,
    /// Who knows the prices.
    pub(crate) catalog: Url,
    /// Who knows the baskets.
    pub(crate) carts: Url,
    /// As whom carts is asked.
    pub(crate) token: MachineToken,
    /// How long orders wait for others, and how long they are kept.
    pub(crate) patience: Patience,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let (database, replica) = (database_settings(&mut r), replica_settings(&mut r));
        let (sink, verifier) = (Sink::from_env(&mut r), TokenVerifier::from_env(&mut r));
        let deprecation = Deprecation::from_env(&mut r, "ORDERS_V1", V1_ENDS);
        let (catalog, carts) = (r.required("CATALOG_URL"), r.required("CARTS_URL"));
        let token = MachineToken::from_env(&mut r, "ORDERS");
        let window = r.optional("ORDERS_PAYMENT_WINDOW_SECONDS", PAYMENT_WINDOW_USUAL);
        let booking = r.optional("ORDERS_BOOKING_WINDOW_SECONDS", BOOKING_WINDOW_USUAL);
        let kept_months = r.optional("ORDERS_RETENTION_MONTHS", KEPT_MONTHS_USUAL);
        r.finish(|| {
            let (database_url, database_max) = database?;
            Some(Self {
                database_url,
                database_max,
                replica: replica?,
                sink: sink?,
                verifier: verifier?,
                deprecation: deprecation?,
                catalog: catalog?,
                carts: carts?,
                token: token?,
                patience: Patience {
                    payment_window: TimeDelta::seconds(window?.into()),
                    booking_window: TimeDelta::seconds(booking?.into()),
                    kept_months: kept_months?,
                },
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
        for name in [
            "DATABASE_URL",
            "K_SINK",
            "TOKEN_ISSUER",
            "CATALOG_URL",
            "CARTS_URL",
            "ORDERS_TOKEN_URL",
            "ORDERS_CLIENT_ID",
            "ORDERS_CLIENT_SECRET",
            "ORDERS_V1_SUNSET_AT",
        ] {
            assert!(mistakes.contains(name), "{name} is not in: {mistakes}");
        }
        assert!(
            !mistakes.contains("ORDERS_PAYMENT_WINDOW_SECONDS"),
            "it has a usual value"
        );
    }
}
