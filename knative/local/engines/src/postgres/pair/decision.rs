//! When a commit waits for the replica, and when the replica counts as having everything. Pure.
//!
//! It is the "preferred" mode of CloudNativePG and Patroni: synchronous while the replica is healthy, and a shop that goes on
//! without it when it is not.

use std::time::Duration;

use super::super::replication::{Follower, Seen};
use super::super::servers::Mode;

/// A replica reports each second; one that has not for that long is taken for gone.
const SILENCE_MAX: Duration = Duration::from_secs(3);
/// One that is further behind is let catch up before commits wait for it.
const BEHIND_MAX: i64 = 16 * 1024 * 1024;

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// All is as it should be, or cannot be better.
    Nothing,
    /// Let commits wait for the replica from now on.
    Join,
    /// Commits wait now: when the replica has this position, it has everything.
    Await(i64),
    /// It has everything that was acknowledged: it may be promoted.
    Trust,
    /// It is away: acknowledge commits without it.
    Leave,
}

/// Decides. `awaited` is what [`Step::Await`] has said.
pub(super) fn decide(mode: Mode, awaited: Option<i64>, seen: &Seen) -> Step {
    let follower = seen.replica.filter(is_there);
    match (mode, follower, awaited) {
        (Mode::Alone, Some(follower), _) if seen.position - follower.flushed <= BEHIND_MAX => {
            Step::Join
        }
        (Mode::Alone, ..) => Step::Nothing,
        (Mode::Joining | Mode::Synchronous, None, _) => Step::Leave,
        (Mode::Joining, Some(follower), None) if follower.waited_for => Step::Await(seen.position),
        (Mode::Joining, Some(follower), Some(position)) if follower.flushed >= position => {
            Step::Trust
        }
        _ => Step::Nothing,
    }
}

/// Whether the replica follows and says so.
pub(super) fn is_there(follower: &Follower) -> bool {
    follower.streams && follower.silent_for <= SILENCE_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(position: i64, flushed: i64, waited_for: bool) -> Seen {
        Seen {
            position,
            replica: Some(Follower {
                streams: true,
                waited_for,
                flushed,
                silent_for: Duration::ZERO,
            }),
        }
    }

    const NOBODY: Seen = Seen {
        position: 9,
        replica: None,
    };

    #[test]
    fn a_replica_is_trusted_only_when_it_has_what_was_written_after_commits_began_to_wait() {
        assert_eq!(decide(Mode::Alone, None, &seen(10, 9, false)), Step::Join);
        let not_yet = seen(10, 10, false);
        assert_eq!(decide(Mode::Joining, None, &not_yet), Step::Nothing);
        let waits = seen(12, 10, true);
        assert_eq!(decide(Mode::Joining, None, &waits), Step::Await(12));
        assert_eq!(decide(Mode::Joining, Some(12), &waits), Step::Nothing);
        let has_it = seen(20, 12, true);
        assert_eq!(decide(Mode::Joining, Some(12), &has_it), Step::Trust);
        assert_eq!(decide(Mode::Synchronous, None, &has_it), Step::Nothing);
    }

    #[test]
    fn nobody_waits_for_a_replica_that_is_gone_or_silent() {
        for mode in [Mode::Joining, Mode::Synchronous] {
            assert_eq!(decide(mode, None, &NOBODY), Step::Leave);
            let mut frozen = seen(10, 10, true);
            if let Some(replica) = &mut frozen.replica {
                replica.silent_for = SILENCE_MAX + Duration::from_millis(1);
            }
            assert_eq!(decide(mode, None, &frozen), Step::Leave);
        }
        assert_eq!(decide(Mode::Alone, None, &NOBODY), Step::Nothing);
    }

    #[test]
    fn one_that_is_far_behind_catches_up_before_commits_wait_for_it() {
        let behind = seen(BEHIND_MAX + 1, 0, false);
        assert_eq!(decide(Mode::Alone, None, &behind), Step::Nothing);
    }
}
