//! The settings, from the environment; all mistakes are reported at once.

use souk_kit::{
    Env, Reader, Sink, TokenVerifier,
    dynamodb::{DynamoSettings, settings},
    env::ConfigMistakes,
};

/// The setting that names its table.
pub(crate) const TABLE_NAME: &str = "CATALOG_TABLE_NAME";

/// What the function is told about its surroundings.
pub(crate) struct Config {
    /// How its database is reached.
    pub(crate) dynamodb: DynamoSettings,
    /// Which table is its own.
    pub(crate) table: String,
    /// Where its events go.
    pub(crate) sink: Sink,
    /// Whose tokens it believes.
    pub(crate) verifier: TokenVerifier,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let (dynamodb, table) = (settings(&mut r), r.required(TABLE_NAME));
        let (sink, verifier) = (Sink::from_env(&mut r), TokenVerifier::from_env(&mut r));
        r.finish(|| {
            Some(Self {
                dynamodb: dynamodb?,
                table: table?,
                sink: sink?,
                verifier: verifier?,
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
        for name in ["AWS_REGION", "CATALOG_TABLE_NAME", "K_SINK", "TOKEN_ISSUER"] {
            assert!(mistakes.contains(name), "{name} is not in: {mistakes}");
        }
        assert!(
            !mistakes.contains("AWS_ENDPOINT_URL_DYNAMODB"),
            "AWS itself needs no address"
        );
    }
}
