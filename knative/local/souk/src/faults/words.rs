//! What can be as it should not, in words: as a person says it, as `/faults` shows it, as a stand-in calls it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How late a slow provider is. Less than functions wait for it.
const SLOW_MS: u64 = 2_000;

/// The broker's disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Disk {
    /// There is as much room as there is.
    #[default]
    Ok,
    /// There is none: the broker answers 503.
    Full,
}

/// The payment provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provider {
    /// It answers.
    #[default]
    Normal,
    /// It answers after 2 s.
    Slow,
    /// It answers 500, before anything is done.
    Fail,
    /// It does not answer, although the work is done.
    Hang,
}

/// The mail server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mails {
    /// It takes mails.
    #[default]
    Normal,
    /// It answers 451: later.
    Fail,
}

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Life {
    /// Its instances are killed, and each start fails at once.
    Dead,
    /// It runs when it is wanted.
    Alive,
}

impl Provider {
    /// As the stand-in calls it.
    pub(super) fn switches(self) -> Value {
        match self {
            Self::Normal => json!({ "mode": "normal" }),
            Self::Slow => json!({ "mode": "late", "delay_ms": SLOW_MS }),
            Self::Fail => json!({ "mode": "fail" }),
            Self::Hang => json!({ "mode": "hang" }),
        }
    }

    pub(super) fn of(switches: &Value) -> Option<Self> {
        match switches["mode"].as_str()? {
            "normal" => Some(Self::Normal),
            "late" => Some(Self::Slow),
            "fail" => Some(Self::Fail),
            "hang" => Some(Self::Hang),
            _ => None,
        }
    }
}

impl Mails {
    pub(super) fn switches(self) -> Value {
        json!({ "mode": self })
    }

    pub(super) fn of(switches: &Value) -> Option<Self> {
        serde_json::from_value(switches["mode"].clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_providers_moods_are_told_as_they_were_set() {
        for mood in [
            Provider::Normal,
            Provider::Slow,
            Provider::Fail,
            Provider::Hang,
        ] {
            assert_eq!(Provider::of(&mood.switches()), Some(mood));
        }
        for mood in [Mails::Normal, Mails::Fail] {
            assert_eq!(Mails::of(&mood.switches()), Some(mood));
        }
    }
}
