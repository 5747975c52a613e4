//! What a check says.

use serde::Serialize;

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// Nothing to do.
    Ok,
    /// The shop runs, but not as somebody may expect.
    Warn,
    /// The shop does not open, or does not work.
    Fail,
}

/// The result of one check, as `souk doctor --json` gives it. Fields may be added; none goes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// Which check: one word, the same in every version.
    pub(super) check: &'static str,
    pub(super) verdict: Verdict,
    /// What was found, in one sentence.
    pub(super) what: String,
    /// What to type or do; absent when there is nothing to do.
    pub(super) remedy: Option<String>,
}

impl Finding {
    /// All is well.
    pub(super) fn ok(check: &'static str, what: impl Into<String>) -> Self {
        Self::new(check, Verdict::Ok, what, None)
    }

    /// The shop runs all the same.
    pub(super) fn warn(
        check: &'static str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(check, Verdict::Warn, what, Some(remedy.into()))
    }

    /// The shop does not.
    pub(super) fn fail(
        check: &'static str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(check, Verdict::Fail, what, Some(remedy.into()))
    }

    fn new(
        check: &'static str,
        verdict: Verdict,
        what: impl Into<String>,
        remedy: Option<String>,
    ) -> Self {
        Self {
            check,
            verdict,
            what: what.into(),
            remedy,
        }
    }
}
