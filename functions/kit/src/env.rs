//! The environment as a value: the process in production, a map in tests. All mistakes are found in one run.
//!
//! It never prints a value: some of them are secrets.

use std::{collections::BTreeMap, fmt, str::FromStr};

use secrecy::SecretString;
use thiserror::Error;

/// Where settings come from.
#[derive(Clone)]
pub struct Env(Source);

#[derive(Clone)]
enum Source {
    Process,
    Map(BTreeMap<String, String>),
}

impl Env {
    /// The environment of this process.
    pub fn process() -> Self {
        Self(Source::Process)
    }

    /// These settings and no others.
    pub fn of(settings: &[(&str, &str)]) -> Self {
        let owned = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self(Source::Map(owned.collect()))
    }

    /// The value of a setting; an empty one counts as unset.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Source::Process => std::env::var(name).ok(),
            Source::Map(settings) => settings.get(name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }
}

/// Reads settings and collects what is wrong with them.
pub struct Reader<'a> {
    env: &'a Env,
    mistakes: Vec<String>,
}

impl<'a> Reader<'a> {
    /// Begins to read.
    pub fn new(env: &'a Env) -> Self {
        Self {
            env,
            mistakes: Vec::new(),
        }
    }

    /// The environment being read.
    pub fn env(&self) -> &'a Env {
        self.env
    }

    /// A setting that must be there. `None` is a mistake that was noted.
    pub fn required<T>(&mut self, name: &str) -> Option<T>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.required_with(name, T::from_str)
    }

    /// A setting that must be there, read in a way of its own.
    pub fn required_with<T, E: fmt::Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Some(text) = self.env.get(name) else {
            self.mistakes.push(format!("{name} is not set"));
            return None;
        };
        self.parse(name, &text, parse)
    }

    /// A setting that has a usual value. `None` is a mistake that was noted.
    pub fn optional<T>(&mut self, name: &str, usual: T) -> Option<T>
    where
        T: FromStr<Err: fmt::Display>,
    {
        match self.env.get(name) {
            None => Some(usual),
            Some(text) => self.parse(name, &text, T::from_str),
        }
    }

    /// A setting that may be absent. The outer `None` is a mistake that was noted.
    pub fn maybe<T>(&mut self, name: &str) -> Option<Option<T>>
    where
        T: FromStr<Err: fmt::Display>,
    {
        match self.env.get(name) {
            None => Some(None),
            Some(text) => self.parse(name, &text, T::from_str).map(Some),
        }
    }

    /// A secret that must be there. It is in no log, and is wiped when it is dropped.
    pub fn secret(&mut self, name: &str) -> Option<SecretString> {
        let secret = self.maybe_secret(name);
        if secret.is_none() {
            self.mistakes.push(format!("{name} is not set"));
        }
        secret
    }

    /// A secret that may be absent.
    pub fn maybe_secret(&self, name: &str) -> Option<SecretString> {
        self.env.get(name).map(SecretString::from)
    }

    /// Notes a mistake that only the caller can see.
    pub fn mistake(&mut self, what: impl Into<String>) {
        self.mistakes.push(what.into());
    }

    /// The whole configuration, built from settings that were all right; or every mistake.
    pub fn finish<T>(mut self, build: impl FnOnce() -> Option<T>) -> Result<T, ConfigMistakes> {
        if self.mistakes.is_empty() {
            if let Some(config) = build() {
                return Ok(config);
            }
            self.mistake("a setting was given up without saying why");
        }
        Err(ConfigMistakes(self.mistakes))
    }

    fn parse<T, E: fmt::Display>(
        &mut self,
        name: &str,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        parse(text)
            .map_err(|error| {
                self.mistakes
                    .push(format!("{name} cannot be used: {error}"))
            })
            .ok()
    }
}

/// Everything that is wrong with the settings, one line each.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigMistakes(pub Vec<String>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mistakes_are_reported_at_once_and_without_values() {
        let env = Env::of(&[("PORT", "secret"), ("EMPTY", "")]);
        let mut r = Reader::new(&env);
        let port = r.required::<u16>("PORT");
        let empty = r.required::<String>("EMPTY");
        let mistakes = r.finish(|| Some((port?, empty?))).unwrap_err();
        assert_eq!(
            mistakes.to_string(),
            "PORT cannot be used: invalid digit found in string\nEMPTY is not set"
        );
    }

    #[test]
    fn an_absent_setting_takes_its_usual_value() {
        let env = Env::of(&[("B", "7")]);
        let mut r = Reader::new(&env);
        let (a, b, c) = (r.optional("A", 5), r.optional("B", 5), r.maybe::<u8>("C"));
        assert_eq!(r.finish(|| Some((a?, b?, c?))), Ok((5, 7, None)));
    }

    #[test]
    fn an_optional_setting_that_is_wrong_is_a_mistake() {
        let env = Env::of(&[("A", "x")]);
        let mut r = Reader::new(&env);
        let a = r.maybe::<u8>("A");
        assert!(r.finish(|| a).is_err());
    }
}
