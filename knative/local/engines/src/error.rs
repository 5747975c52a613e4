//! Why an engine cannot run, told to the person who typed the command.

use std::fmt::Display;

/// What happened and what to type next.
#[derive(Debug, thiserror::Error)]
#[error("{what}\n  {remedy}")]
pub struct EngineError {
    what: String,
    remedy: String,
}

impl EngineError {
    /// `what` happened; `remedy` says what to type.
    pub fn new(what: impl Display, remedy: impl Display) -> Self {
        Self {
            what: what.to_string(),
            remedy: remedy.to_string(),
        }
    }
}
