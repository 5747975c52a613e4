//! Reading schedules that were kept.

use std::str::FromStr;

/// A line that says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUnderstood(pub String);

impl std::fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is no line of a schedule", self.0)
    }
}

impl std::error::Error for NotUnderstood {}

/// A number, or the word that is none.
pub(crate) fn number<T: FromStr>(word: &str) -> Result<T, NotUnderstood> {
    word.parse().map_err(|_| NotUnderstood(word.to_owned()))
}
