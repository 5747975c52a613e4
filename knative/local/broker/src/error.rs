//! Why the broker cannot be opened.

use std::fmt::Display;
use std::path::Path;

/// What happened and, where something can be done, what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(String);

impl OpenError {
    pub(crate) fn new(what: impl Display, why: impl Display) -> Self {
        Self(format!("{what}: {why}"))
    }

    pub(crate) fn in_use(dir: &Path) -> Self {
        Self(format!(
            "{} is used by another broker: stop it, or give this one a folder of its own",
            dir.display()
        ))
    }

    pub(crate) fn of_version(dir: &Path, version: i64) -> Self {
        Self(format!(
            "the broker's log in {} has the form {version}, which this version of souk does not know: \
             move the folder away, or use the souk that made it",
            dir.display()
        ))
    }
}
