//! When to have how many instances. Pure: measurements and the time come in, a number goes out.

mod kpa;
mod room;
mod window;

use std::time::Duration;

use souk_plan::model::{ScaleMetric, ScalePlan};

use crate::load::Sample;
use kpa::Kpa;
use window::Window;

pub(crate) use kpa::TICK;
pub(crate) use room::here;

/// What `max-scale: 0` (no limit) comes to where [`here`] sets none.
const INSTANCES_MOST: u32 = 50;
/// After so long a revision that does not come up is given up: Knative's progress deadline and its buffer.
const ACTIVATION_TIMEOUT: Duration = Duration::from_secs(630);

/// The condition `Active` of Knative's PodAutoscaler.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Active {
    /// Instances are wanted and not ready.
    Unknown { since: Duration },
    /// As many as `min-scale` (one at least) are ready.
    True { since: Duration },
    /// No traffic.
    False { since: Duration },
}

/// What becomes of a revision for which no instance is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rest {
    /// It is not idle for long enough, or not up yet.
    Awake,
    /// It is inactive, but its last instance is kept for a while.
    Kept,
    /// It goes to zero.
    Asleep,
}

/// The autoscaler of one revision. Times are counted from the revision's start.
#[derive(Debug)]
pub(crate) struct Autoscaler {
    scale: ScalePlan,
    kpa: Kpa,
    stable: Window,
    panic: Window,
    active: Active,
    reported_at_once: f64,
    initial_scale_reached: bool,
    reachable: bool,
}

impl Autoscaler {
    pub(crate) fn new(scale: ScalePlan) -> Self {
        Self {
            kpa: Kpa::new(&scale),
            stable: Window::new(scale.stable_window_seconds),
            panic: Window::new(panic_window_seconds(&scale)),
            active: Active::False {
                since: Duration::ZERO,
            },
            reported_at_once: 0.0,
            initial_scale_reached: scale.initial <= 1,
            reachable: true,
            scale,
        }
    }

    /// Instances are started to see whether they come up: nothing is decided on traffic before they do, or never will.
    pub(crate) fn activate(&mut self, now: Duration) {
        self.active = Active::Unknown { since: now };
    }

    /// Nobody waits for it to come up any more.
    pub(crate) fn give_up(&mut self, now: Duration) {
        self.active = Active::False { since: now };
    }

    /// Whether a route points at the revision. If none does, `min-scale` and `initial-scale` do not count.
    pub(crate) fn set_reachable(&mut self, reachable: bool) {
        self.reachable = reachable;
        self.kpa.set_reachable(reachable);
    }

    /// The activator reports the first request of an idle revision at once.
    pub(crate) fn first_request(&mut self, now: Duration) {
        self.measured(now, 1.0);
        self.reported_at_once = 1.0;
    }

    /// A second has passed.
    pub(crate) fn record(&mut self, now: Duration, sample: Sample) {
        let value = match self.scale.metric {
            ScaleMetric::Concurrency => sample.concurrency,
            ScaleMetric::Rps => sample.rps,
        };
        let reported = std::mem::take(&mut self.reported_at_once);
        self.measured(now, (value - reported).max(0.0));
    }

    /// How many instances there shall be, when `ready` are ready and `current` were wanted until now.
    pub(crate) fn decide(&mut self, now: Duration, ready: u32, current: u32) -> u32 {
        let second = now.as_secs();
        let Some(stable) = self.stable.average(second) else {
            return current;
        };
        let panic = self.panic.average(second).unwrap_or(0.0);
        let desired = self.kpa.desired(now, ready, stable, panic);
        let desired = self.within_bounds(desired, ready);
        let rest = if desired == 0 {
            self.rest(now)
        } else {
            Rest::Awake
        };
        self.note_activity(now, rest == Rest::Awake, ready);
        match rest {
            Rest::Asleep => 0,
            Rest::Awake | Rest::Kept => desired.max(1),
        }
    }

    fn measured(&mut self, now: Duration, value: f64) {
        self.stable.record(now.as_secs(), value);
        self.panic.record(now.as_secs(), value);
    }

    fn within_bounds(&mut self, desired: u32, ready: u32) -> u32 {
        self.initial_scale_reached |= ready >= self.scale.initial;
        let initial = if self.initial_scale_reached {
            0
        } else {
            self.scale.initial
        };
        let most = match self.scale.max {
            0 => INSTANCES_MOST,
            most => most,
        };
        let least = if self.reachable {
            initial.max(self.scale.min)
        } else {
            0
        };
        desired.max(least).min(most)
    }

    /// `handleScaleToZero` of Knative's `pkg/reconciler/autoscaling/kpa/scaler.go`. The activator is always in the path
    /// here, so that the grace period is always behind.
    fn rest(&self, now: Duration) -> Rest {
        let stable_window = Duration::from_secs(self.scale.stable_window_seconds);
        let retention = Duration::from_secs(self.scale.pod_retention_seconds);
        let inactive_for = match self.active {
            Active::Unknown { since } if now - since < ACTIVATION_TIMEOUT => return Rest::Awake,
            Active::Unknown { .. } => return Rest::Asleep,
            Active::True { since } if now - since < stable_window => return Rest::Awake,
            Active::True { .. } => Duration::ZERO,
            Active::False { since } => now - since,
        };
        if inactive_for >= retention {
            Rest::Asleep
        } else {
            Rest::Kept
        }
    }

    /// `computeActiveCondition` of `kpa.go`.
    fn note_activity(&mut self, now: Duration, awake: bool, ready: u32) {
        let (enough, since) = (ready >= self.scale.min.max(1), now);
        self.active = match self.active {
            same @ Active::False { .. } if !awake => same,
            _ if !awake => Active::False { since },
            same @ Active::True { .. } if enough => same,
            _ if enough => Active::True { since },
            same @ Active::Unknown { .. } => same,
            _ => Active::Unknown { since },
        };
    }
}

/// Whole seconds, one at least.
fn panic_window_seconds(scale: &ScalePlan) -> u64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of at most an hour"
    )]
    let seconds =
        (scale.stable_window_seconds as f64 * scale.panic_window_percentage / 100.0).round() as u64;
    seconds.max(1)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The defaults of `config-autoscaler`, with this stable window.
    pub(crate) fn scale(stable_window_seconds: u64) -> ScalePlan {
        ScalePlan {
            min: 0,
            max: 0,
            initial: 1,
            activation: 1,
            metric: ScaleMetric::Concurrency,
            target: 100.0,
            utilization: 0.7,
            stable_window_seconds,
            panic_window_percentage: 10.0,
            panic_threshold_percentage: 200.0,
            scale_down_delay_seconds: 0,
            pod_retention_seconds: 0,
        }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn busy(concurrency: f64) -> Sample {
        Sample {
            concurrency,
            rps: concurrency,
        }
    }

    /// Records `concurrency` in each of the seconds and gives what is decided at the end of each tick.
    fn run(
        autoscaler: &mut Autoscaler,
        seconds: std::ops::Range<u64>,
        concurrency: f64,
        instances: &mut u32,
    ) -> Vec<u32> {
        let mut decided = Vec::new();
        for second in seconds {
            autoscaler.record(at(second), busy(concurrency));
            if second % TICK.as_secs() == 0 {
                *instances = autoscaler.decide(at(second), *instances, *instances);
                decided.push(*instances);
            }
        }
        decided
    }

    #[test]
    fn the_first_request_is_decided_on_at_once() {
        let mut autoscaler = Autoscaler::new(scale(60));
        assert_eq!(autoscaler.decide(at(5), 0, 0), 0);
        autoscaler.first_request(at(5));
        assert_eq!(autoscaler.decide(at(5), 0, 0), 1);
    }

    #[test]
    fn it_goes_to_zero_once_the_stable_window_has_no_traffic() {
        let mut autoscaler = Autoscaler::new(scale(6));
        autoscaler.first_request(at(0));
        let mut instances = autoscaler.decide(at(0), 0, 0);
        assert_eq!(run(&mut autoscaler, 1..21, 1.0, &mut instances), [1; 10]);
        // The window empties at 26 s.
        assert_eq!(
            run(&mut autoscaler, 21..29, 0.0, &mut instances),
            [1, 1, 0, 0]
        );
    }

    #[test]
    fn an_instance_lives_for_a_stable_window_at_least() {
        let mut autoscaler = Autoscaler::new(scale(60));
        autoscaler.first_request(at(0));
        let mut instances = autoscaler.decide(at(0), 0, 0);
        let decided = run(&mut autoscaler, 1..70, 0.0, &mut instances);
        let kept = decided.iter().take_while(|&&count| count == 1).count();
        assert!((30..=32).contains(&kept), "{decided:?}");
        assert_eq!(decided.last(), Some(&0));
    }

    #[test]
    fn the_last_instance_is_kept_for_the_retention_period() {
        let mut autoscaler = Autoscaler::new(ScalePlan {
            pod_retention_seconds: 20,
            ..scale(6)
        });
        autoscaler.first_request(at(0));
        let mut instances = autoscaler.decide(at(0), 0, 0);
        run(&mut autoscaler, 1..20, 0.0, &mut instances);
        assert_eq!(instances, 1);
        run(&mut autoscaler, 20..31, 0.0, &mut instances);
        assert_eq!(instances, 0);
    }

    #[test]
    fn what_does_not_come_up_is_tried_for_the_progress_deadline() {
        let mut autoscaler = Autoscaler::new(scale(6));
        autoscaler.first_request(at(0));
        assert_eq!(autoscaler.decide(at(0), 0, 0), 1);
        autoscaler.record(at(600), busy(0.0));
        assert_eq!(autoscaler.decide(at(600), 0, 1), 1);
        autoscaler.record(at(630), busy(0.0));
        assert_eq!(autoscaler.decide(at(630), 0, 1), 0);
    }

    #[test]
    fn bounds_come_last() {
        // min, max, initial; concurrency; instances.
        let rows = [
            (2, 0, 1, 0.0, 2),
            (0, 3, 1, 1000.0, 3),
            (0, 0, 1, 1e6, INSTANCES_MOST),
            (0, 0, 4, 1.0, 4),
        ];
        for (min, max, initial, concurrency, expected) in rows {
            let mut autoscaler = Autoscaler::new(ScalePlan {
                min,
                max,
                initial,
                ..scale(60)
            });
            autoscaler.record(at(2), busy(concurrency));
            assert_eq!(autoscaler.decide(at(2), 1, 1), expected);
        }
    }

    #[test]
    fn rps_is_measured_when_the_manifest_says_so() {
        let mut autoscaler = Autoscaler::new(ScalePlan {
            metric: ScaleMetric::Rps,
            target: 10.0,
            utilization: 1.0,
            ..scale(60)
        });
        let sample = Sample {
            concurrency: 1.0,
            rps: 35.0,
        };
        autoscaler.record(at(2), sample);
        assert_eq!(autoscaler.decide(at(2), 1, 1), 4);
    }

    #[test]
    fn what_no_route_points_at_goes_to_zero_whatever_its_min_scale() {
        let mut autoscaler = Autoscaler::new(ScalePlan {
            min: 3,
            initial: 4,
            ..scale(6)
        });
        autoscaler.record(at(2), busy(0.0));
        assert_eq!(autoscaler.decide(at(2), 4, 4), 3);
        autoscaler.set_reachable(false);
        autoscaler.record(at(10), busy(0.0));
        assert_eq!(autoscaler.decide(at(10), 3, 3), 0);
    }

    #[test]
    fn what_was_started_to_be_tried_is_not_ended_before_it_is_ready() {
        let mut autoscaler = Autoscaler::new(scale(6));
        autoscaler.activate(at(0));
        let mut instances = 1;
        for second in 1..60 {
            autoscaler.record(at(second), busy(0.0));
            instances = autoscaler.decide(at(second), 0, instances);
        }
        assert_eq!(instances, 1);
        assert_eq!(
            run(&mut autoscaler, 60..69, 0.0, &mut instances),
            [1, 1, 1, 0, 0]
        );
    }

    #[test]
    fn the_panic_window_is_whole_seconds() {
        let seconds = [6, 60, 64, 65].map(|window| panic_window_seconds(&scale(window)));
        assert_eq!(seconds, [1, 6, 6, 7]);
    }
}
