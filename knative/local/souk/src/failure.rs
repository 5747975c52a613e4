//! Why a command did not do what it was asked, and the exit code that says so to a script.

use std::fmt::{self, Display};
use std::process::ExitCode;

use souk_engines::EngineError;

/// What a command gives.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// The exit codes, as documented in `souk --help`. clap itself uses 2 for a wrong command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Failed = 1,
    NotRunning = 3,
    AlreadyRunning = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What happened, where, and what to type next.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    remedy: String,
    pub(crate) exit: Exit,
}

impl Failure {
    /// Something went wrong; `remedy` is what to type.
    pub(crate) fn new(what: impl Display, remedy: impl Display) -> Self {
        Self {
            what: what.to_string(),
            remedy: remedy.to_string(),
            exit: Exit::Failed,
        }
    }

    /// What happened, without what to type.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// What to type; empty: nothing helps.
    pub(crate) fn remedy(&self) -> &str {
        &self.remedy
    }

    /// The background half, which ended with `code`, has said why.
    pub(crate) fn told(code: i32) -> Self {
        let exits = [Exit::NotRunning, Exit::AlreadyRunning];
        let exit = exits.into_iter().find(|exit| *exit as i32 == code);
        Self::new("", "").exiting(exit.unwrap_or(Exit::Failed))
    }

    /// The same with another exit code.
    pub(crate) fn exiting(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if self.remedy.is_empty() {
            return Ok(());
        }
        write!(f, "\n  {}", self.remedy)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        // It says what to type itself.
        Self::new(error, "")
    }
}
