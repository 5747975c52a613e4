//! The settings, from the environment; all mistakes are reported at once.

use souk_kit::{
    Env, Reader, TokenVerifier,
    dynamodb::{DynamoSettings, settings},
    env::ConfigMistakes,
    mailer::Mailer,
};

/// The setting that names its table.
pub(crate) const TABLE_NAME: &str = "NOTIFICATIONS_TABLE_NAME";

/// What the function is told about its surroundings.
pub(crate) struct Config {
    /// How its store is reached.
    pub(crate) dynamodb: DynamoSettings,
    /// The table that everything is in.
    pub(crate) table: String,
    /// Whose tokens it believes.
    pub(crate) verifier: TokenVerifier,
    /// Who takes its mails, and whom they are from.
    pub(crate) mailer: Mailer,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let dynamodb = settings(&mut r);
        let table = r.required::<String>(TABLE_NAME);
        let verifier = TokenVerifier::from_env(&mut r);
        let mailer = Mailer::from_env(&mut r, "NOTIFICATIONS_SENDER_ADDRESS");
        r.finish(|| {
            Some(Self {
                dynamodb: dynamodb?,
                table: table?,
                verifier: verifier?,
                mailer: mailer?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_missing_or_wrong_is_named_and_no_secret_is_told() {
        let env = Env::of(&[
            ("SMTP_URL", "http://shop:hunter2@mail.example"),
            ("NOTIFICATIONS_SENDER_ADDRESS", "the shop"),
        ]);
        let mistakes = Config::from_env(&env).err().unwrap().to_string();
        for name in [
            "AWS_REGION",
            "NOTIFICATIONS_TABLE_NAME",
            "TOKEN_ISSUER",
            "SMTP_URL",
            "NOTIFICATIONS_SENDER_ADDRESS",
        ] {
            assert!(mistakes.contains(name), "{name} is not in: {mistakes}");
        }
        assert!(!mistakes.contains("hunter2"), "{mistakes}");
    }
}
