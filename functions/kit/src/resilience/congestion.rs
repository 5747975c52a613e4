//! Tells from how long things wait for their first answer by event whether more comes in than gets done, and lets in what does.
//!
//! An order is accepted in a moment, and the work on it comes later, in other functions. A limit on requests at a time does not see that
//! work. What is seen here is its queue: the shortest wait among all that was heard within a second. A few that are late say nothing; when
//! even the luckiest has waited too long the queue is standing (as in `CoDel`, RFC 8289), and from then on no more is let in than is heard of.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A longer wait is not that of a queue: somebody was away, or a clock was moved.
const WAIT_CREDIBLE: Duration = Duration::from_secs(60);
/// So much is looked at together.
const WINDOW: Duration = Duration::from_secs(1);
/// Fewer waits than this say nothing. One of many instances hears few: they are gathered for so long.
const HEARD_MIN: u32 = 5;
const GATHERED_FOR: Duration = Duration::from_secs(5);
/// Windows in a row in which nothing was refused until no queue is feared any more.
const CALM_WINDOWS: u32 = 5;
/// While no queue stands so much is let in each second, or so much more than gets done, and so much at once: a queue is seen only when it
/// stands, and what has come until then is worked off for long.
const FROM_REST: f64 = 25.0;
const AT_ONCE: f64 = 60.0;
const WHILE_SHORT: f64 = 2.0;
/// Of what gets done in a second, so much is let in while the queue is too long, and while it is far too long.
const WHILE_LONG: f64 = 0.9;
const WHILE_FAR_TOO_LONG: f64 = 0.7;
/// When the queue is short again, so much more is let in with each second, and so many more.
const GROWTH: f64 = 1.1;
const GROWTH_STEP: f64 = 1.0;
/// Never less than this each second: without any there would be nothing to see.
const LEAST: f64 = 2.0;

/// Decides what is let in. Clones decide together.
#[derive(Debug, Clone)]
pub struct Congestion {
    governor: Arc<Mutex<Governor>>,
    starts: &'static [&'static str],
}

impl Congestion {
    /// Work begins by a POST on one of the routes `starts`. Events of the types in `heard` tell of it; when even the shortest wait for
    /// one of a type is longer than that says, a queue is standing. Their `partitionkey` is the id, a UUID of version 7, that the work was
    /// given when it began.
    pub fn new(
        starts: &'static [&'static str],
        heard: &'static [(&'static str, Duration)],
    ) -> Self {
        let governor = Governor::new(heard, Instant::now());
        Self {
            governor: Arc::new(Mutex::new(governor)),
            starts,
        }
    }

    /// Whether a POST on this route begins such work.
    pub(crate) fn begins_at(&self, route: &str) -> bool {
        self.starts.contains(&route)
    }

    /// Whether more work may begin now.
    pub(crate) fn lets_in(&self) -> bool {
        self.governor().lets_in(Instant::now())
    }

    /// An event of this type tells of work that began so long ago.
    pub(crate) fn waited(&self, event_type: &str, waited: Duration) {
        self.governor().waited(Instant::now(), event_type, waited);
    }

    fn governor(&self) -> MutexGuard<'_, Governor> {
        self.governor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The decisions, without a clock.
#[derive(Debug)]
struct Governor {
    window_began: Instant,
    queues: Vec<Queue>,
    refused: u32,
    budget: Budget,
    /// Windows without a refusal since a queue has stood; none if none has stood lately.
    calm: Option<u32>,
}

/// What was heard lately by events of one type.
#[derive(Debug)]
struct Queue {
    event_type: &'static str,
    wait_max: Duration,
    since: Instant,
    heard: u32,
    shortest: Duration,
}

#[derive(Debug)]
struct Budget {
    each_second: f64,
    /// What is left of it now, and how much that can be: what was not used is saved, and a burst may use it.
    left: f64,
    left_max: f64,
    counted_at: Instant,
}

impl Governor {
    fn new(heard: &[(&'static str, Duration)], now: Instant) -> Self {
        let queue = |&(event_type, wait_max)| Queue {
            event_type,
            wait_max,
            since: now,
            heard: 0,
            shortest: Duration::MAX,
        };
        Self {
            window_began: now,
            queues: heard.iter().map(queue).collect(),
            refused: 0,
            budget: Budget {
                each_second: FROM_REST,
                left: AT_ONCE,
                left_max: AT_ONCE,
                counted_at: now,
            },
            calm: None,
        }
    }

    fn waited(&mut self, now: Instant, event_type: &str, waited: Duration) {
        self.look(now);
        let mut queues = self.queues.iter_mut();
        if let Some(queue) = queues.find(|queue| queue.event_type == event_type)
            && waited <= WAIT_CREDIBLE
        {
            queue.heard += 1;
            queue.shortest = queue.shortest.min(waited);
        }
    }

    fn lets_in(&mut self, now: Instant) -> bool {
        self.look(now);
        let lets_in = self.budget.take(now);
        self.refused += u32::from(!lets_in);
        lets_in
    }

    /// Judges a window that is over.
    fn look(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.window_began);
        if passed < WINDOW {
            return;
        }
        let done = self.queues.iter().map(|queue| queue.each_second(now));
        let done = done.fold(0.0, f64::max);
        let standing = self.queues.iter().filter_map(|queue| {
            let share = queue.share()?;
            Some(queue.each_second(now) * share)
        });
        match (standing.reduce(f64::min), self.calm) {
            (Some(each_second), _) => {
                self.budget.each_second = each_second.max(LEAST);
                self.calm = Some(0);
            }
            (None, Some(calm)) if self.refused == 0 && calm + 1 >= CALM_WINDOWS => self.calm = None,
            (None, Some(calm)) => {
                let each_second = self.budget.each_second.max(done);
                self.budget.each_second = each_second * GROWTH + GROWTH_STEP;
                self.calm = Some(calm + u32::from(self.refused == 0));
            }
            (None, None) => self.budget.each_second = FROM_REST.max(done * WHILE_SHORT),
        }
        self.budget.left_max = match self.calm {
            None => self.budget.each_second.max(AT_ONCE),
            Some(_) => self.budget.each_second,
        };
        (self.window_began, self.refused) = (now, 0);
        for queue in &mut self.queues {
            queue.begin_again(now);
        }
    }
}

impl Queue {
    fn each_second(&self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.since).max(WINDOW);
        f64::from(self.heard) / passed.as_secs_f64()
    }

    /// Forgets what was judged, and what is too old to be.
    fn begin_again(&mut self, now: Instant) {
        let is_old = now.saturating_duration_since(self.since) >= GATHERED_FOR;
        if self.heard >= HEARD_MIN || is_old {
            (self.heard, self.shortest, self.since) = (0, Duration::MAX, now);
        }
    }

    /// How much of what gets done may be let in, if the queue is standing.
    fn share(&self) -> Option<f64> {
        let is_standing = self.heard >= HEARD_MIN && self.shortest > self.wait_max;
        let is_far_too_long = self.shortest > self.wait_max * 2;
        is_standing.then_some(if is_far_too_long {
            WHILE_FAR_TOO_LONG
        } else {
            WHILE_LONG
        })
    }
}

impl Budget {
    fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.counted_at);
        self.counted_at = now;
        let left = self.left + passed.as_secs_f64() * self.each_second;
        self.left = left.min(self.left_max);
        let has_one = self.left >= 1.0;
        if has_one {
            self.left -= 1.0;
        }
        has_one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "reserved";
    const SECOND: &str = "authorized";
    const HEARD: &[(&str, Duration)] = &[
        (FIRST, Duration::from_secs(2)),
        (SECOND, Duration::from_secs(3)),
    ];
    const LATE: Duration = Duration::from_millis(3_500);
    const SOON: Duration = Duration::from_millis(100);

    struct World {
        governor: Governor,
        now: Instant,
    }

    impl World {
        fn new() -> Self {
            let now = Instant::now();
            let governor = Governor::new(HEARD, now);
            Self { governor, now }
        }

        /// A second in which `offered` come, evenly, and `heard` are heard of, each after `waited`; how many were let in.
        fn second(&mut self, offered: u32, event_type: &str, heard: u32, waited: Duration) -> u32 {
            let mut let_in = 0;
            for n in 0..offered {
                let now = self.now + WINDOW * n / offered;
                let_in += u32::from(self.governor.lets_in(now));
            }
            for _ in 0..heard {
                let now = self.now + Duration::from_millis(999);
                self.governor.waited(now, event_type, waited);
            }
            self.now += WINDOW;
            let_in
        }
    }

    #[test]
    fn while_things_are_heard_of_soon_twice_as_much_is_let_in_as_gets_done() {
        let mut world = World::new();
        for offered in [50, 90, 100, 100] {
            assert_eq!(world.second(offered, FIRST, offered, SOON), offered);
        }
        world.second(190, FIRST, 100, SOON);
        assert!(world.second(190, FIRST, 190, SOON) >= 185);
    }

    #[test]
    fn a_flood_from_rest_does_not_come_in_before_the_queue_is_seen() {
        let mut world = World::new();
        assert!(world.second(1_000, FIRST, 0, SOON) <= 85);
        assert!(world.second(1_000, FIRST, 0, SOON) <= 26);
    }

    #[test]
    fn a_burst_after_a_rest_is_let_in_whole() {
        let mut world = World::new();
        for _ in 0..3 {
            world.second(1_000, FIRST, 0, SOON);
        }
        for _ in 0..5 {
            world.second(0, FIRST, 0, SOON);
        }
        assert!(world.second(60, FIRST, 0, SOON) >= 59);
    }

    #[test]
    fn one_that_is_soon_among_many_that_are_late_is_no_standing_queue() {
        let mut world = World::new();
        for _ in 0..3 {
            world.governor.waited(world.now, FIRST, SOON);
            assert_eq!(world.second(50, FIRST, 50, LATE), 50);
        }
    }

    #[test]
    fn when_all_of_one_kind_are_late_no_more_is_let_in_than_gets_done() {
        for event_type in [FIRST, SECOND] {
            let mut world = World::new();
            world.second(500, event_type, 50, LATE);
            for _ in 0..20 {
                let let_in = world.second(500, event_type, 50, LATE);
                assert!((40..=50).contains(&let_in), "{event_type}: {let_in}");
            }
        }
    }

    #[test]
    fn when_the_queue_is_short_again_more_is_let_in_and_at_last_as_from_rest() {
        let mut world = World::new();
        world.second(500, FIRST, 50, LATE);
        let before = world.second(500, FIRST, 50, SOON);
        let after = world.second(500, FIRST, 50, SOON);
        assert!(after > before, "{after} after {before}");
        for _ in 0..=CALM_WINDOWS {
            assert!(world.second(20, FIRST, 20, SOON) >= 19);
        }
        assert!(world.second(100, FIRST, 50, SOON) >= 95);
    }

    #[test]
    fn when_nothing_is_heard_of_any_more_not_everything_is_refused_for_ever() {
        let mut world = World::new();
        world.second(500, FIRST, 50, LATE);
        for _ in 0..20 {
            world.second(20, FIRST, 0, LATE);
        }
        assert!(world.second(100, FIRST, 0, LATE) >= 80);
    }

    #[test]
    fn few_waits_and_waits_that_no_queue_explains_say_nothing() {
        let mut world = World::new();
        world.second(20, FIRST, HEARD_MIN - 1, LATE);
        assert_eq!(world.second(20, FIRST, 0, LATE), 20);
        world.second(20, FIRST, 50, WAIT_CREDIBLE * 2);
        assert_eq!(world.second(20, FIRST, 0, LATE), 20);
    }
}
