//! How far somebody has got with a dead letter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a dead letter is still to be dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DeadLetterStatus")]
pub enum Status {
    /// Nobody has dealt with it yet.
    Open,
    /// Its subscriber took it when it was sent again.
    Redriven,
    /// It is not to be sent again; why is said.
    Discarded,
}

impl Status {
    /// Its name, in the store and for clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Redriven => "redriven",
            Self::Discarded => "discarded",
        }
    }

    /// The status of that name; a name that is unknown is a letter that nobody has dealt with.
    pub fn named(name: &str) -> Self {
        match name {
            "redriven" => Self::Redriven,
            "discarded" => Self::Discarded,
            _ => Self::Open,
        }
    }
}
