//! Whether a candidate does well enough: pure, from two revisions' figures.

use std::fmt;

/// What a revision did since the step began.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Figures {
    /// Requests answered.
    pub(crate) requests: f64,
    /// Of these, with a 5xx.
    pub(crate) errors: f64,
    /// 95th percentile of the answers' duration, in seconds; none without requests.
    pub p95_seconds: Option<f64>,
}

impl Figures {
    /// The share of 5xx among at least `requests`: few requests are judged once they have failed often enough.
    fn error_rate_of(&self, requests: f64) -> f64 {
        self.errors / self.requests.max(requests).max(1.0)
    }
}

/// From where on a candidate is bad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    /// Share of 5xx that the candidate may have above the stable revision's, 0 to 1.
    pub(crate) error_rate: f64,
    /// How many times slower than the stable revision it may be.
    pub(crate) latency_ratio: f64,
    /// Below this duration it is never too slow, in seconds.
    pub(crate) latency_floor_seconds: f64,
    /// With fewer requests nothing good is said about it.
    pub(crate) requests: f64,
}

/// What is thought of a candidate.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// It may have more.
    Good,
    /// Too few requests so far.
    Unknown,
    /// It must go.
    Bad(Reason),
}

/// Why a candidate must go.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reason {
    /// Its share of 5xx, and the share it may have.
    Errors {
        /// Seen, 0 to 1.
        rate: f64,
        /// Allowed, 0 to 1.
        allowed: f64,
    },
    /// Its 95th percentile, and what that may be, in seconds.
    Latency {
        /// Seen.
        p95: f64,
        /// Allowed.
        allowed: f64,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Errors { rate, allowed } => write!(
                f,
                "{:.1} % of its answers are 5xx, {:.1} % are allowed",
                rate * 100.0,
                allowed * 100.0
            ),
            Self::Latency { p95, allowed } => write!(
                f,
                "its 95th percentile is {:.0} ms, {:.0} ms are allowed",
                p95 * 1000.0,
                allowed * 1000.0
            ),
        }
    }
}

/// Compares a candidate with the stable revision over the same time. What ails both, such as a payment provider that is
/// away, does not speak against the candidate.
#[must_use]
pub(crate) fn judge(stable: &Figures, candidate: &Figures, limits: &Limits) -> Verdict {
    let allowed = limits.error_rate + stable.error_rate_of(0.0);
    let rate = candidate.error_rate_of(limits.requests);
    if rate > allowed {
        return Verdict::Bad(Reason::Errors { rate, allowed });
    }
    if candidate.requests < limits.requests {
        return Verdict::Unknown;
    }
    let allowed = stable
        .p95_seconds
        .map_or(limits.latency_floor_seconds, |p95| {
            (p95 * limits.latency_ratio).max(limits.latency_floor_seconds)
        });
    match candidate.p95_seconds {
        Some(p95) if p95 > allowed => Verdict::Bad(Reason::Latency { p95, allowed }),
        _ => Verdict::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        error_rate: 0.01,
        latency_ratio: 1.5,
        latency_floor_seconds: 0.1,
        requests: 50.0,
    };

    fn figures(requests: f64, errors: f64, p95: f64) -> Figures {
        Figures {
            requests,
            errors,
            p95_seconds: Some(p95),
        }
    }

    #[test]
    fn a_candidate_as_good_as_the_stable_revision_may_go_on() {
        let verdict = judge(
            &figures(900.0, 1.0, 0.2),
            &figures(100.0, 0.0, 0.25),
            &LIMITS,
        );
        assert_eq!(verdict, Verdict::Good);
    }

    #[test]
    fn errors_that_the_stable_revision_does_not_have_speak_against_it() {
        let verdict = judge(
            &figures(900.0, 0.0, 0.2),
            &figures(100.0, 2.0, 0.2),
            &LIMITS,
        );
        assert!(matches!(verdict, Verdict::Bad(Reason::Errors { .. })));
    }

    #[test]
    fn errors_that_both_have_do_not() {
        let verdict = judge(
            &figures(900.0, 90.0, 0.2),
            &figures(100.0, 10.0, 0.2),
            &LIMITS,
        );
        assert_eq!(verdict, Verdict::Good);
    }

    #[test]
    fn slowness_counts_above_the_floor_and_in_proportion_only() {
        let slow = judge(
            &figures(900.0, 0.0, 0.2),
            &figures(100.0, 0.0, 0.31),
            &LIMITS,
        );
        assert!(matches!(slow, Verdict::Bad(Reason::Latency { .. })));
        let still_quick = judge(
            &figures(900.0, 0.0, 0.01),
            &figures(100.0, 0.0, 0.09),
            &LIMITS,
        );
        assert_eq!(still_quick, Verdict::Good);
    }

    #[test]
    fn nothing_good_is_said_before_there_were_enough_requests() {
        let stable = figures(900.0, 0.0, 0.2);
        let few = |errors| judge(&stable, &figures(49.0, errors, 9.0), &LIMITS);
        assert_eq!(few(0.0), Verdict::Unknown);
        assert!(matches!(few(25.0), Verdict::Bad(Reason::Errors { .. })));
    }

    #[test]
    fn a_reason_is_a_sentence_with_figures() {
        let verdict = judge(
            &figures(900.0, 0.0, 0.2),
            &figures(100.0, 5.0, 0.2),
            &LIMITS,
        );
        let Verdict::Bad(reason) = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!(
            reason.to_string(),
            "5.0 % of its answers are 5xx, 1.0 % are allowed"
        );
    }
}
