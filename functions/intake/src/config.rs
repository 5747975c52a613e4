//! The settings, from the environment; all mistakes are reported at once.

use souk_kit::{Env, Reader, Sink, env::ConfigMistakes};

use crate::domain::Grants;

/// What the function is told about its surroundings.
pub(crate) struct Config {
    /// Who may publish what.
    pub(crate) grants: Grants,
    /// Where accepted events go.
    pub(crate) sink: Sink,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let grants = r.required_with("INTAKE_GRANTS", Grants::parse);
        let sink = Sink::from_env(&mut r);
        r.finish(|| {
            Some(Self {
                grants: grants?,
                sink: sink?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_missing_or_wrong_is_named() {
        let mistakes = |env: &Env| Config::from_env(env).err().unwrap().to_string();
        let nothing = mistakes(&Env::of(&[]));
        assert!(
            nothing.contains("INTAKE_GRANTS is not set"),
            "it is not in: {nothing}"
        );
        assert!(
            nothing.contains("K_SINK is not set"),
            "it is not in: {nothing}"
        );
        let wrong = mistakes(&Env::of(&[("INTAKE_GRANTS", "erp=everything")]));
        assert!(
            wrong.contains("INTAKE_GRANTS cannot be used"),
            "it is not in: {wrong}"
        );
    }
}
