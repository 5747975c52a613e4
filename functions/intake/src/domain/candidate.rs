//! An event before it is believed, and what can be wrong with it.

use std::collections::BTreeMap;

use serde_json::Value;

/// An event as it was posted.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its attributes by name. Those that came as headers are text.
    pub attributes: BTreeMap<String, Value>,
    /// What it says, or why that cannot be read.
    pub data: Result<Value, String>,
}

/// One thing that is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Whether it is wrong in itself, or only not this publisher's to say.
    pub kind: Kind,
    /// Where it is: an attribute, or a path such as `data.lines[1].quantity`.
    pub field: String,
    /// Why it cannot be accepted.
    pub detail: String,
}

/// How a mistake is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nobody may send this.
    Wrong,
    /// Somebody else may.
    Forbidden,
}

impl Mistake {
    pub(super) fn wrong(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind: Kind::Wrong,
            field: field.into(),
            detail: detail.into(),
        }
    }

    pub(super) fn forbidden(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind: Kind::Forbidden,
            ..Self::wrong(field, detail)
        }
    }
}
