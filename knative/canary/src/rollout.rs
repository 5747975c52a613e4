//! The course of a release: a pure state machine that is told the time and what is thought of the candidates.

use std::time::Duration;

use crate::judge::{Reason, Verdict};

/// How a release goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// Shares of the candidate, in percent, rising; the last is 100.
    pub(crate) steps: Vec<u8>,
    /// How long a share is watched.
    pub(crate) watch: Duration,
    /// How long it may take until there were enough requests to judge.
    pub(crate) patience: Duration,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Next {
    /// Look again later.
    Wait,
    /// Give the candidates this share.
    Share(u8),
    /// The release is over.
    Done,
    /// Back to the stable revisions.
    RollBack(Cause),
}

/// Why a release was taken back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cause {
    /// A candidate did badly.
    Bad {
        /// Its Service.
        service: String,
        /// In what.
        reason: Reason,
    },
    /// Nobody used this Service's candidate enough to say that it is good.
    Silent {
        /// The Service.
        service: String,
    },
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bad { service, reason } => write!(f, "{service}: {reason}"),
            Self::Silent { service } => write!(
                f,
                "{service}: too few requests to judge it; give it more time (--patience) or ask for fewer (--min-requests)"
            ),
        }
    }
}

/// A release under way.
#[derive(Debug, Clone)]
pub(crate) struct Rollout {
    schedule: Schedule,
    step: usize,
}

impl Rollout {
    /// At the first share.
    #[must_use]
    pub(crate) fn new(schedule: Schedule) -> Self {
        Self { schedule, step: 0 }
    }

    /// The share that the candidates have now, in percent.
    #[must_use]
    pub(crate) fn share(&self) -> u8 {
        self.schedule.steps.get(self.step).copied().unwrap_or(100)
    }

    /// What to do, `since` the present share was given; `verdicts` are of every Service in the release.
    pub(crate) fn next(&mut self, since: Duration, verdicts: &[(String, Verdict)]) -> Next {
        let is_watched = since >= self.schedule.watch;
        for (service, verdict) in verdicts {
            // An instance that has just started is slow at first: only errors cannot wait.
            if let Verdict::Bad(reason) = verdict
                && (is_watched || matches!(reason, Reason::Errors { .. }))
            {
                let (service, reason) = (service.clone(), reason.clone());
                return Next::RollBack(Cause::Bad { service, reason });
            }
        }
        if !is_watched {
            return Next::Wait;
        }
        match verdicts.iter().find(|(_, v)| *v == Verdict::Unknown) {
            Some(_) if since < self.schedule.patience => Next::Wait,
            Some((service, _)) => Next::RollBack(Cause::Silent {
                service: service.clone(),
            }),
            None => self.advance(),
        }
    }

    fn advance(&mut self) -> Next {
        self.step += 1;
        match self.schedule.steps.get(self.step) {
            Some(share) => Next::Share(*share),
            None => Next::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn rollout() -> Rollout {
        Rollout::new(Schedule {
            steps: vec![5, 25, 100],
            watch: MINUTE,
            patience: 10 * MINUTE,
        })
    }

    fn all(verdict: Verdict) -> Vec<(String, Verdict)> {
        vec![("orders".into(), Verdict::Good), ("carts".into(), verdict)]
    }

    fn bad() -> Verdict {
        Verdict::Bad(Reason::Errors {
            rate: 0.5,
            allowed: 0.01,
        })
    }

    #[test]
    fn a_good_candidate_gets_every_share_in_turn() {
        let mut rollout = rollout();
        assert_eq!(rollout.share(), 5);
        let good = all(Verdict::Good);
        assert_eq!(rollout.next(MINUTE / 2, &good), Next::Wait);
        assert_eq!(rollout.next(MINUTE, &good), Next::Share(25));
        assert_eq!(rollout.next(MINUTE, &good), Next::Share(100));
        assert_eq!(rollout.next(MINUTE, &good), Next::Done);
    }

    #[test]
    fn a_bad_candidate_goes_at_once_and_takes_the_others_along() {
        let next = rollout().next(Duration::from_secs(1), &all(bad()));
        let Next::RollBack(cause) = next else {
            panic!("{next:?}")
        };
        assert!(cause.to_string().starts_with("carts: 50.0 %"), "{cause}");
    }

    #[test]
    fn a_candidate_that_is_slow_at_first_has_until_the_end_of_the_watch() {
        let slow = all(Verdict::Bad(Reason::Latency {
            p95: 0.4,
            allowed: 0.1,
        }));
        assert_eq!(rollout().next(MINUTE / 2, &slow), Next::Wait);
        assert!(matches!(rollout().next(MINUTE, &slow), Next::RollBack(_)));
    }

    #[test]
    fn a_candidate_that_turns_bad_with_all_the_traffic_still_goes() {
        let mut rollout = rollout();
        rollout.next(MINUTE, &all(Verdict::Good));
        rollout.next(MINUTE, &all(Verdict::Good));
        assert_eq!(rollout.share(), 100);
        assert!(matches!(
            rollout.next(MINUTE / 2, &all(bad())),
            Next::RollBack(_)
        ));
    }

    #[test]
    fn a_candidate_that_nobody_used_is_waited_for_and_then_taken_back() {
        let mut rollout = rollout();
        let unknown = all(Verdict::Unknown);
        assert_eq!(rollout.next(9 * MINUTE, &unknown), Next::Wait);
        let next = rollout.next(10 * MINUTE, &unknown);
        assert!(matches!(next, Next::RollBack(Cause::Silent { .. })));
    }
}
