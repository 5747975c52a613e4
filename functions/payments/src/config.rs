//! The settings, from the environment; all mistakes are reported at once.

use std::time::Duration;

use souk_kit::{
    Env, Reader, Sink, TokenVerifier,
    env::ConfigMistakes,
    postgres::{database_settings, replica_settings},
};
use sqlx::PgPool;

use crate::provider::{Provider, WebhookSecret};

const TIMEOUT_USUAL: u64 = 5_000;
/// Three tries have to fit into the half minute that the broker waits.
const TIMEOUT_MAX: u64 = 9_000;

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
    /// Who has the money.
    pub(crate) provider: Provider,
    /// What the provider signs its notices with, if it sends any.
    pub(crate) webhook_secret: Option<WebhookSecret>,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let (database, replica) = (database_settings(&mut r), replica_settings(&mut r));
        let (sink, verifier) = (Sink::from_env(&mut r), TokenVerifier::from_env(&mut r));
        let provider = provider(&mut r);
        let webhook_secret = r.maybe_secret("PAYMENTS_WEBHOOK_SECRET");
        r.finish(|| {
            let (database_url, database_max) = database?;
            Some(Self {
                database_url,
                database_max,
                replica: replica?,
                sink: sink?,
                verifier: verifier?,
                provider: provider?,
                webhook_secret: webhook_secret.map(WebhookSecret::new),
            })
        })
    }
}

fn provider(r: &mut Reader<'_>) -> Option<Provider> {
    let url = r.required("PAYMENTS_PROVIDER_URL");
    let api_key = r.required::<String>("PAYMENTS_PROVIDER_API_KEY");
    // Without a page of its own for that, a customer comes back to the shop's address.
    let shop = r.env().get("TOKEN_ISSUER").unwrap_or_default();
    let return_url = r.optional("PAYMENTS_RETURN_URL", shop);
    let timeout = r.optional("PAYMENTS_PROVIDER_TIMEOUT_MILLISECONDS", TIMEOUT_USUAL)?;
    if !(1..=TIMEOUT_MAX).contains(&timeout) {
        r.mistake(format!(
            "PAYMENTS_PROVIDER_TIMEOUT_MILLISECONDS is {timeout}, allowed are 1 to {TIMEOUT_MAX}"
        ));
        return None;
    }
    Provider::at(url?, api_key?, return_url?, Duration::from_millis(timeout))
        .map_err(|error| r.mistake(format!("PAYMENTS_PROVIDER_URL cannot be used: {error}")))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_missing_or_out_of_range_is_named() {
        let env = Env::of(&[("PAYMENTS_PROVIDER_TIMEOUT_MILLISECONDS", "60000")]);
        let mistakes = Config::from_env(&env).err().unwrap().to_string();
        for name in [
            "DATABASE_URL",
            "K_SINK",
            "TOKEN_ISSUER",
            "PAYMENTS_PROVIDER_URL",
            "PAYMENTS_PROVIDER_API_KEY",
            "PAYMENTS_PROVIDER_TIMEOUT_MILLISECONDS is 60000",
        ] {
            assert!(mistakes.contains(name), "{name} is not in: {mistakes}");
        }
    }
}
