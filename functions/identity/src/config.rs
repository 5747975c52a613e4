//! The settings, from the environment; all mistakes are reported at once.

use std::{fmt, str::FromStr, sync::Arc};

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use souk_kit::{Env, Reader, Sink, env::ConfigMistakes, postgres::database_settings};
use url::Url;

use crate::{
    accounts::{self, Seed},
    app::Settings,
    clients::{self, Declared},
    keys::{KeySettings, Master, Pair},
};

const TOKEN_LIFE_USUAL: u32 = 900;
/// A token cannot be called back, so none lives longer than an hour.
const TOKEN_LIFE: (u32, u32) = (60, 3_600);
const LEAD_USUAL: u32 = 120;
const LEAD: (u32, u32) = (1, 86_400);
const DAY: u32 = 86_400;
const IDLE_USUAL: u32 = 30 * DAY;
const LIFE_USUAL: u32 = 90 * DAY;
const SESSION: (u32, u32) = (300, 400 * DAY);
/// What the clocks of two machines may differ by; generous, since it only keeps an old key a little longer.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// What the function is told about its surroundings.
pub(crate) struct Config {
    /// Where its database is.
    pub(crate) database_url: String,
    /// How many connections it may open.
    pub(crate) database_max: u32,
    /// Where its events go.
    pub(crate) sink: Sink,
    /// What every handler may look up.
    pub(crate) settings: Settings,
    /// How keys are made and used.
    pub(crate) keys: KeySettings,
    /// The clients that have to be there.
    pub(crate) clients: Vec<Declared>,
    /// What only the accounts need.
    pub(crate) accounts: accounts::Parts,
    /// The accounts that have to be there.
    pub(crate) seeds: Vec<Seed>,
}

impl Config {
    /// Reads the settings.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigMistakes> {
        let mut r = Reader::new(env);
        let database = database_settings(&mut r);
        let (sink, settings) = (Sink::from_env(&mut r), settings(&mut r));
        let master = master(&mut r);
        let keys = keys(&mut r, settings.as_ref(), master.as_ref());
        let clients = clients::from_env(&mut r);
        let secret = master.as_ref().map(Master::bytes);
        let accounts = accounts::Parts::from_env(&mut r, secret);
        let seeds = accounts::seeds_from_env(&mut r);
        r.finish(|| {
            let (database_url, database_max) = database?;
            Some(Self {
                database_url,
                database_max,
                sink: sink?,
                settings: settings?,
                keys: keys?,
                clients: clients?,
                accounts: accounts?,
                seeds: seeds?,
            })
        })
    }
}

/// An address without a path: what `iss` is made of.
struct Issuer(String);

impl FromStr for Issuer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url: Url = text.parse().map_err(|error| format!("{error}"))?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !["http", "https"].contains(&url.scheme()) || !bare || !url.username().is_empty() {
            return Err("it is not an address such as https://shop.example".to_owned());
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn settings(r: &mut Reader<'_>) -> Option<Settings> {
    let issuer = r.required::<Issuer>("TOKEN_ISSUER");
    let audience = r.required::<String>("TOKEN_AUDIENCE");
    let token_life = seconds(
        r,
        "IDENTITY_TOKEN_TTL_SECONDS",
        TOKEN_LIFE_USUAL,
        TOKEN_LIFE,
    );
    let session_idle = seconds(r, "IDENTITY_SESSION_IDLE_SECONDS", IDLE_USUAL, SESSION);
    let session_life = seconds(r, "IDENTITY_SESSION_MAX_SECONDS", LIFE_USUAL, SESSION);
    Some(Settings {
        issuer: issuer?.0,
        audience: audience?,
        token_life: token_life?,
        session_idle: session_idle?,
        session_life: session_life?,
    })
}

/// `IDENTITY_KEY_ENCRYPTION_KEY`.
fn master(r: &mut Reader<'_>) -> Option<Master> {
    let name = "IDENTITY_KEY_ENCRYPTION_KEY";
    let parsed = r.secret(name)?.expose_secret().parse();
    parsed
        .map_err(|error| r.mistake(format!("{name} cannot be used: {error}")))
        .ok()
}

fn keys(
    r: &mut Reader<'_>,
    settings: Option<&Settings>,
    master: Option<&Master>,
) -> Option<KeySettings> {
    let (first, lead) = (
        first_key(r),
        seconds(r, "IDENTITY_KEY_LEAD_SECONDS", LEAD_USUAL, LEAD),
    );
    let settings = settings?;
    Some(KeySettings {
        master: master?.clone(),
        first: first?,
        lead: lead?,
        kept: settings.token_life + LEEWAY,
        issuer: settings.issuer.clone(),
        audience: settings.audience.clone(),
    })
}

/// `TOKEN_KEY_ID` and `TOKEN_PRIVATE_KEY_PEM`: both or neither. The outer `None` is a mistake that was noted.
fn first_key(r: &mut Reader<'_>) -> Option<Option<(String, Arc<Pair>)>> {
    let key_id = r.maybe::<KeyId>("TOKEN_KEY_ID")?;
    let pem = r.maybe_secret("TOKEN_PRIVATE_KEY_PEM");
    match (key_id, pem) {
        (Some(KeyId(key_id)), Some(pem)) => match Pair::read(pem.expose_secret()) {
            Ok(pair) => Some(Some((key_id, Arc::new(pair)))),
            Err(error) => {
                r.mistake(format!("TOKEN_PRIVATE_KEY_PEM cannot be used: {error}"));
                None
            }
        },
        (None, None) => Some(None),
        _ => {
            r.mistake("of TOKEN_KEY_ID and TOKEN_PRIVATE_KEY_PEM only one is set");
            None
        }
    }
}

struct KeyId(String);

impl FromStr for KeyId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let sign = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if (1..=64).contains(&text.len()) && text.bytes().all(sign) {
            Ok(Self(text.to_owned()))
        } else {
            Err("it is not 1 to 64 letters, digits, hyphens and underscores")
        }
    }
}

fn seconds(
    r: &mut Reader<'_>,
    name: &str,
    usual: u32,
    (min, max): (u32, u32),
) -> Option<TimeDelta> {
    let seconds = r.optional(name, usual)?;
    if (min..=max).contains(&seconds) {
        return Some(TimeDelta::seconds(seconds.into()));
    }
    r.mistake(format!("{name} is {seconds}, allowed are {min} to {max}"));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(settings: &[(&str, &str)]) -> String {
        Config::from_env(&Env::of(settings))
            .err()
            .unwrap()
            .to_string()
    }

    #[tokio::test]
    async fn every_setting_that_is_missing_is_named_once() {
        let mistakes = mistakes(&[]);
        for name in [
            "DATABASE_URL",
            "K_SINK",
            "TOKEN_ISSUER",
            "TOKEN_AUDIENCE",
            "IDENTITY_KEY_ENCRYPTION_KEY",
            "IDENTITY_CLIENTS",
            "SMTP_URL",
        ] {
            assert_eq!(mistakes.matches(name).count(), 1, "{name} in: {mistakes}");
        }
        assert!(!mistakes.contains("MERCHANT"), "a merchant is optional");
        assert!(
            !mistakes.contains("TOKEN_KEY_ID"),
            "a first key is optional"
        );
    }

    #[tokio::test]
    async fn no_secret_is_shown_when_it_cannot_be_used() {
        let mistakes = mistakes(&[
            ("IDENTITY_KEY_ENCRYPTION_KEY", "hunter2"),
            ("TOKEN_KEY_ID", "k1"),
            ("TOKEN_PRIVATE_KEY_PEM", "hunter3"),
        ]);
        assert!(
            mistakes.contains("IDENTITY_KEY_ENCRYPTION_KEY cannot be used"),
            "{mistakes}"
        );
        assert!(
            mistakes.contains("TOKEN_PRIVATE_KEY_PEM cannot be used"),
            "{mistakes}"
        );
        assert!(
            !mistakes.contains("hunter"),
            "a secret is shown: {mistakes}"
        );
    }

    #[test]
    fn the_issuer_is_an_address_without_a_path_and_has_no_slash_at_its_end() {
        let issuer = |text: &str| text.parse::<Issuer>().map(|issuer| issuer.0).ok();
        for text in ["http://127.0.0.1:8000", "http://127.0.0.1:8000/"] {
            assert_eq!(issuer(text).as_deref(), Some("http://127.0.0.1:8000"));
        }
        for wrong in [
            "souk",
            "ftp://souk.example",
            "https://souk.example/shop",
            "https://a@souk.example",
        ] {
            assert_eq!(issuer(wrong), None, "{wrong}");
        }
    }
}
