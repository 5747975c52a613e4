//! How many instances: the formula of Knative's `pkg/autoscaler/scaling/autoscaler.go`.

use std::collections::VecDeque;
use std::time::Duration;

use souk_plan::model::ScalePlan;

/// `max-scale-up-rate` and `max-scale-down-rate` of `config-autoscaler`; no annotation changes them.
const SCALE_UP_RATE_MOST: f64 = 1000.0;
const SCALE_DOWN_RATE_MOST: f64 = 2.0;
/// How often a revision is looked at (`tickInterval`).
pub(crate) const TICK: Duration = Duration::from_secs(2);

/// The algorithm's settings and memory.
#[derive(Debug)]
pub(crate) struct Kpa {
    target: f64,
    panic_threshold: f64,
    stable_window: Duration,
    activation_scale: f64,
    panic_since: Option<Duration>,
    panic_instances_most: f64,
    delay: Option<Delay>,
    reachable: bool,
}

impl Kpa {
    pub(crate) fn new(scale: &ScalePlan) -> Self {
        let delay = Duration::from_secs(scale.scale_down_delay_seconds);
        Self {
            target: (scale.target * scale.utilization).max(0.01),
            panic_threshold: scale.panic_threshold_percentage / 100.0,
            stable_window: Duration::from_secs(scale.stable_window_seconds),
            activation_scale: f64::from(scale.activation),
            panic_since: None,
            panic_instances_most: 0.0,
            delay: (!delay.is_zero()).then(|| Delay::new(delay)),
            reachable: true,
        }
    }

    /// A revision that no route points at may go to zero in one step.
    pub(crate) fn set_reachable(&mut self, reachable: bool) {
        self.reachable = reachable;
    }

    /// How many instances `stable` and `panic` (the averages of the two windows) ask for.
    pub(crate) fn desired(&mut self, now: Duration, ready: u32, stable: f64, panic: f64) -> u32 {
        let ready = f64::from(ready.max(1));
        let (stable, panic) = ((stable / self.target).ceil(), (panic / self.target).ceil());
        self.update_panic(now, panic / ready);
        let mut desired = self.within_rates(stable, ready);
        if self.panic_since.is_some() {
            desired = desired.max(self.within_rates(panic, ready));
            self.panic_instances_most = self.panic_instances_most.max(desired);
            desired = self.panic_instances_most;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number, never negative; the cast saturates"
        )]
        let desired = desired as u32;
        match &mut self.delay {
            Some(delay) if self.reachable => delay.most(now, desired),
            _ => desired,
        }
    }

    fn within_rates(&self, wanted: f64, ready: f64) -> f64 {
        let most = (SCALE_UP_RATE_MOST * ready).ceil();
        let least = if self.reachable {
            (ready / SCALE_DOWN_RATE_MOST).floor()
        } else {
            0.0
        };
        let within = wanted.max(least).min(most);
        if self.activation_scale > 1.0 && wanted > 0.0 {
            return within.max(self.activation_scale);
        }
        within
    }

    fn update_panic(&mut self, now: Duration, wanted_of_ready: f64) {
        if wanted_of_ready >= self.panic_threshold {
            self.panic_since = Some(now);
        } else if self
            .panic_since
            .is_some_and(|since| since + self.stable_window < now)
        {
            self.panic_since = None;
            self.panic_instances_most = 0.0;
        }
    }
}

/// `scale-down-delay`: the most that was wanted within it (`pkg/autoscaler/aggregation/max`).
#[derive(Debug)]
struct Delay {
    ticks: u64,
    wanted: VecDeque<(u64, u32)>,
}

impl Delay {
    fn new(delay: Duration) -> Self {
        Self {
            ticks: delay.as_secs().div_ceil(TICK.as_secs()),
            wanted: VecDeque::new(),
        }
    }

    fn most(&mut self, now: Duration, wanted: u32) -> u32 {
        let tick = now.as_secs() / TICK.as_secs();
        // What is smaller and older can never be the most again.
        while self.wanted.back().is_some_and(|(_, less)| *less <= wanted) {
            self.wanted.pop_back();
        }
        self.wanted.push_back((tick, wanted));
        while self
            .wanted
            .front()
            .is_some_and(|(at, _)| tick - at >= self.ticks)
        {
            self.wanted.pop_front();
        }
        self.wanted.front().map_or(wanted, |(_, most)| *most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autoscaler::tests::scale;

    const STABLE_WINDOW: u64 = 60;

    fn kpa(target: f64) -> Kpa {
        Kpa::new(&ScalePlan {
            target,
            utilization: 1.0,
            ..scale(STABLE_WINDOW)
        })
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// One step: seconds, ready instances, stable and panic value, desired.
    type Step = (u64, u32, f64, f64, u32);

    fn assert_steps(name: &str, mut kpa: Kpa, steps: &[Step]) {
        for &(second, ready, stable, panic, desired) in steps {
            assert_eq!(
                kpa.desired(at(second), ready, stable, panic),
                desired,
                "{name} at {second} s"
            );
        }
    }

    /// The tests of `pkg/autoscaler/scaling/autoscaler_test.go` whose names stand in the rows.
    #[test]
    fn decisions_are_those_of_autoscaler_go() {
        assert_steps(
            "StableModeIncreaseWithConcurrencyDefault",
            kpa(10.0),
            &[(0, 1, 50.0, 10.0, 5), (2, 1, 100.0, 10.0, 10)],
        );
        assert_steps(
            "UnpanicAfterSlowIncrease",
            kpa(1.0),
            &[
                (0, 10, 11.0, 25.0, 25),
                (30, 40, 30.0, 41.0, 41),
                (62, 55, 50.0, 56.0, 50),
            ],
        );
        assert_steps(
            "ExtendPanicWindow",
            kpa(1.0),
            &[
                (0, 10, 11.0, 25.0, 25),
                (30, 40, 30.0, 80.0, 80),
                (89, 80, 1.0, 1.0, 80),
            ],
        );
        assert_steps(
            "StableModeDecrease",
            kpa(10.0),
            &[(0, 8, 100.0, 100.0, 10), (2, 8, 50.0, 50.0, 5)],
        );
        assert_steps(
            "StableModeNoTrafficScaleToZero",
            kpa(10.0),
            &[(0, 1, 1.0, 0.0, 1), (2, 1, 0.0, 0.0, 0)],
        );
        assert_steps(
            "no more than halved at once",
            kpa(10.0),
            &[
                (0, 9, 0.0, 0.0, 4),
                (2, 4, 0.0, 0.0, 2),
                (4, 2, 0.0, 0.0, 1),
                (6, 1, 0.0, 0.0, 0),
            ],
        );
        assert_steps(
            "no more than a thousandfold at once",
            kpa(1.0),
            &[(0, 1, 5000.0, 0.0, 1000)],
        );
    }

    #[test]
    fn the_activation_scale_lifts_only_what_is_wanted_at_all() {
        let kpa = Kpa {
            activation_scale: 2.0,
            ..kpa(10.0)
        };
        assert_steps(
            "ActivationScale",
            kpa,
            &[(0, 1, 0.0, 0.0, 0), (2, 1, 1.0, 0.0, 2)],
        );
    }

    #[test]
    fn less_is_wanted_only_after_the_delay() {
        let mut kpa = kpa(10.0);
        kpa.panic_threshold = 100.0;
        kpa.delay = Some(Delay::new(at(300)));
        assert_steps(
            "ScaleDownDelay",
            kpa,
            &[
                (2, 1, 40.0, 40.0, 4),
                (300, 1, 0.0, 0.0, 4),
                (302, 1, 0.0, 0.0, 0),
                (540, 1, 40.0, 40.0, 4),
                (600, 1, 30.0, 30.0, 4),
                (660, 1, 0.0, 0.0, 4),
                (840, 1, 0.0, 0.0, 3),
                (900, 1, 0.0, 0.0, 0),
            ],
        );
    }

    /// A limit of one request gives a target of 0.7, so that the very first request asks for two.
    #[test]
    fn one_request_at_a_limit_of_one_asks_for_two_instances() {
        let mut kpa = Kpa::new(&ScalePlan {
            target: 1.0,
            utilization: 0.7,
            ..scale(STABLE_WINDOW)
        });
        assert_eq!(kpa.desired(at(0), 0, 1.0, 1.0), 2);
    }
}
