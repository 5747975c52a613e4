//! The settings, from the environment; all mistakes are reported at once.

use souk_kit::{Env, Reader, Sink, TokenVerifier, env::ConfigMistakes};

/// What the function is told about its surroundings.
pub(crate) struct Config {
    /// Where accepted events go.
    pub(crate) sink: Sink,
    /// Whose tokens it believes.
    pub(crate) verifier: TokenVerifier,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let (sink, verifier) = (Sink::from_env(&mut r), TokenVerifier::from_env(&mut r));
        r.finish(|| {
            Some(Self {
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
        for name in ["K_SINK", "TOKEN_ISSUER", "TOKEN_AUDIENCE", "TOKEN_JWKS_URL"] {
            assert!(mistakes.contains(name), "{name} is not in: {mistakes}");
        }
    }
}
