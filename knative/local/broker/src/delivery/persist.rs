//! Attempts, one after the other.

use std::time::Duration;

use super::Outcome;
use super::schedule::Schedule;
use super::verdict::{Failure, Verdict};

/// How a wait between two attempts ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    Whole,
    CutShort,
}

/// Attempts until one is final, or the schedule has no further wait.
pub(super) async fn persist<A, P>(
    schedule: &Schedule,
    mut attempt: impl FnMut() -> A,
    mut pause: impl FnMut(&Failure, Duration) -> P,
) -> Outcome
where
    A: Future<Output = Verdict>,
    P: Future<Output = Waited>,
{
    let mut waits = schedule.waits();
    loop {
        let failure = match attempt().await {
            // An attempt has stored its reply before it says so.
            Verdict::Delivered | Verdict::Reply(_) => return Outcome::Delivered,
            Verdict::Never(failure) => return Outcome::Failed(failure),
            Verdict::Later(failure) => failure,
        };
        let Some(wait) = waits.next() else {
            return Outcome::Failed(failure);
        };
        if pause(&failure, wait).await == Waited::CutShort {
            return Outcome::Interrupted;
        }
    }
}
