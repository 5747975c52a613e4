//! How the mail server behaves: as it should, or refusing.

use std::sync::{PoisonError, RwLock};

use serde::{Deserialize, Serialize};

/// What clients get from now on. After a restart it is `normal`.
#[derive(Debug, Default)]
pub(crate) struct Switches(RwLock<Set>);

/// As `GET /switches` and `PUT /switches` say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Set {
    pub(crate) mode: Mode,
}

/// What who wants to hand over a mail gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// The mail is taken.
    #[default]
    Normal,
    /// 451 to MAIL: later.
    Fail,
}

impl Switches {
    /// How it behaves.
    pub(crate) fn now(&self) -> Set {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it is to behave from now on.
    pub(crate) fn set(&self, set: Set) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = set;
    }

    /// Whether mails are refused now.
    pub(crate) fn refuses(&self) -> bool {
        self.now().mode == Mode::Fail
    }
}
