//! Which instances there are and what is to be done about it. Pure: times come in, counted from the revision's start.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::InstanceState;

/// The first wait before another attempt, and the longest; Kubernetes' are 10 s and 5 min.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);
/// Who has been ready for so long has not ended at once.
const LONG_ENOUGH: Duration = Duration::from_secs(1);
/// After so many ends in a row nobody waits for the next attempt.
const ENDS_IN_A_ROW: u32 = 4;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Start an instance with this number.
    Launch(u32),
    /// Let this one finish its requests and end.
    Drain(u32),
}

/// What the end of an instance means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It was told to.
    Expected,
    /// It was not; another one is started soon.
    Unexpected,
    /// As often before: until then none will be started.
    AgainAndAgain {
        /// How many in a row.
        times: u32,
        /// When the next is tried.
        until: Duration,
    },
}

/// The instances of one revision.
#[derive(Debug, Default)]
pub(crate) struct State {
    instances: BTreeMap<u32, (InstanceState, Duration)>,
    numbers_given: u32,
    desired: u32,
    ends_in_a_row: u32,
    not_before: Duration,
}

impl State {
    pub(crate) fn desire(&mut self, instances: u32) {
        self.desired = instances;
    }

    pub(crate) fn desired(&self) -> u32 {
        self.desired
    }

    /// Instances that are not on their way out.
    pub(crate) fn live(&self) -> u32 {
        self.count(|state| state != InstanceState::Draining)
    }

    pub(crate) fn ready(&self) -> u32 {
        self.count(|state| state == InstanceState::Ready)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.instances.is_empty()
    }

    pub(crate) fn of(&self, id: u32) -> Option<InstanceState> {
        self.instances.get(&id).map(|(state, _)| *state)
    }

    /// When there is something to do that nobody will tell of.
    pub(crate) fn due(&self) -> Option<Duration> {
        (self.live() < self.desired).then_some(self.not_before)
    }

    /// Makes the instances as many as desired.
    pub(crate) fn reconcile(
        &mut self,
        now: Duration,
        in_flight: impl Fn(u32) -> u32,
    ) -> Vec<Action> {
        let live = self.live();
        if live > self.desired {
            return self.drain(live - self.desired, in_flight);
        }
        if now < self.not_before {
            return Vec::new();
        }
        (live..self.desired).map(|_| self.launch(now)).collect()
    }

    /// A readiness probe's result. What is draining stays so.
    pub(crate) fn probed(&mut self, id: u32, now: Duration, ready: bool) {
        let state = if ready {
            InstanceState::Ready
        } else {
            InstanceState::Unready
        };
        if let Some(instance) = self.instances.get_mut(&id)
            && instance.0 != InstanceState::Draining
        {
            *instance = (state, now);
        }
    }

    /// A process has ended.
    pub(crate) fn ended(&mut self, id: u32, now: Duration) -> End {
        match self.instances.remove(&id) {
            None | Some((InstanceState::Draining, _)) => return End::Expected,
            Some((InstanceState::Ready, since)) => {
                self.ends_in_a_row = 0;
                // Whoever ends as soon as it is ready, and is ready at once, must not be started without a pause.
                if now - since < LONG_ENOUGH {
                    self.not_before = now + FIRST_BACKOFF;
                }
                return End::Unexpected;
            }
            Some(_) => {}
        }
        // Those that were started together and end together are one failed attempt.
        if now >= self.not_before {
            self.not_before = now + backoff(self.ends_in_a_row);
            self.ends_in_a_row += 1;
        }
        if self.ends_in_a_row < ENDS_IN_A_ROW {
            return End::Unexpected;
        }
        End::AgainAndAgain {
            times: self.ends_in_a_row,
            until: self.not_before,
        }
    }

    fn launch(&mut self, now: Duration) -> Action {
        self.numbers_given += 1;
        let id = self.numbers_given;
        self.instances.insert(id, (InstanceState::Starting, now));
        Action::Launch(id)
    }

    /// Those that are not ready go first, then the idle ones, the youngest before the older.
    fn drain(&mut self, count: u32, in_flight: impl Fn(u32) -> u32) -> Vec<Action> {
        let mut live: Vec<(bool, u32, Reverse<u32>)> = self
            .instances
            .iter()
            .filter(|(_, (state, _))| *state != InstanceState::Draining)
            .map(|(&id, (state, _))| (*state == InstanceState::Ready, in_flight(id), Reverse(id)))
            .collect();
        live.sort_unstable();
        let chosen = live.into_iter().take(count as usize);
        chosen
            .map(|(.., Reverse(id))| {
                if let Some(instance) = self.instances.get_mut(&id) {
                    instance.0 = InstanceState::Draining;
                }
                Action::Drain(id)
            })
            .collect()
    }

    fn count(&self, wanted: impl Fn(InstanceState) -> bool) -> u32 {
        let count = self
            .instances
            .values()
            .filter(|(state, _)| wanted(*state))
            .count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

fn backoff(ends_before: u32) -> Duration {
    FIRST_BACKOFF
        .saturating_mul(2_u32.saturating_pow(ends_before))
        .min(LONGEST_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn idle(_: u32) -> u32 {
        0
    }

    /// As many ready instances, since 0 s.
    fn ready(instances: u32) -> State {
        let mut state = State::default();
        state.desire(instances);
        state.reconcile(at(0), idle);
        for id in 1..=instances {
            state.probed(id, at(0), true);
        }
        state
    }

    #[test]
    fn as_many_are_started_as_are_missing() {
        let mut state = ready(1);
        state.desire(3);
        assert_eq!(
            state.reconcile(at(1), idle),
            [Action::Launch(2), Action::Launch(3)]
        );
        assert_eq!(state.reconcile(at(1), idle), []);
        assert_eq!((state.live(), state.ready()), (3, 1));
    }

    #[test]
    fn who_is_not_ready_goes_first_and_then_who_is_idle() {
        let mut state = ready(3);
        state.desire(4);
        state.reconcile(at(1), idle);
        state.desire(2);
        let loads = [0, 5, 0, 5, 0];
        assert_eq!(
            state.reconcile(at(2), |id| loads[id as usize]),
            [Action::Drain(4), Action::Drain(2)]
        );
        assert_eq!(state.ended(2, at(3)), End::Expected);
        assert_eq!(state.ready(), 2);
    }

    #[test]
    fn one_that_is_draining_does_not_become_ready() {
        let mut state = ready(1);
        state.desire(0);
        state.reconcile(at(1), idle);
        state.probed(1, at(2), true);
        assert_eq!(state.of(1), Some(InstanceState::Draining));
    }

    #[test]
    fn one_that_was_killed_after_a_while_is_replaced_at_once() {
        let mut state = ready(1);
        assert_eq!(state.ended(1, at(5000)), End::Unexpected);
        assert_eq!(state.reconcile(at(5000), idle), [Action::Launch(2)]);
    }

    #[test]
    fn one_that_is_killed_whenever_it_is_ready_is_replaced_after_a_short_pause() {
        let mut state = ready(1);
        for id in 1..=9 {
            state.probed(id, at(1000), true);
            assert_eq!(state.ended(id, at(1000)), End::Unexpected);
            let due = state.due().unwrap();
            assert!(due <= at(1000) + FIRST_BACKOFF);
            assert_eq!(state.reconcile(due, idle), [Action::Launch(id + 1)]);
        }
    }

    #[test]
    fn one_that_ends_at_once_is_tried_less_and_less_often() {
        let mut state = State::default();
        state.desire(1);
        let (mut now, mut waits, mut ends) = (at(0), Vec::new(), Vec::new());
        for id in 1..=9 {
            assert_eq!(state.reconcile(now, idle), [Action::Launch(id)]);
            ends.push(state.ended(id, now));
            assert_eq!(state.reconcile(now, idle), []);
            let due = state.due().unwrap();
            waits.push((due - now).as_millis());
            now = due;
        }
        assert_eq!(
            waits,
            [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]
        );
        assert_eq!(ends[..3], [End::Unexpected; 3]);
        let (times, until) = (4, at(1500));
        assert_eq!(ends[3], End::AgainAndAgain { times, until });
    }

    #[test]
    fn those_that_fail_together_count_once() {
        let mut state = State::default();
        state.desire(5);
        state.reconcile(at(0), idle);
        for id in 1..=5 {
            assert_eq!(state.ended(id, at(10)), End::Unexpected);
        }
        assert_eq!(state.due(), Some(at(110)));
    }

    #[test]
    fn nothing_is_due_when_nothing_is_desired() {
        assert_eq!(State::default().due(), None);
    }
}
