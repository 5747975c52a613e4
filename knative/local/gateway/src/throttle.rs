//! Keeps away from an upstream what it would refuse: once it says on a route that too much is coming (503 with `Retry-After`), no more
//! is let through to it there than it has taken lately, and some more, to find out.
//!
//! So what is too much is refused where it costs least: before its token is checked, and before the network is asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::header::RETRY_AFTER;
use http::{HeaderValue, Method, Response, StatusCode};

use crate::exit::Exit;

/// So much is judged together.
const WINDOW: Duration = Duration::from_secs(1);
/// Let through for each request that the upstream has taken, and each second whatever it has taken.
const FOR_EACH_TAKEN: f64 = 1.5;
const EACH_SECOND: f64 = 10.0;
/// Windows in a row without a refusal of the upstream, until everything is let through again.
const CALM_WINDOWS: u32 = 2;
const RETRY_AFTER_SECONDS: u32 = 1;

/// One lane for what changes something on a route and one for what only reads there: orders that are too many keep nobody from looking at
/// theirs. A reload keeps them.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<Lanes>);

type Lanes = HashMap<(Arc<str>, bool), Lane>;

struct Lane {
    window_began: Instant,
    taken: u32,
    refused: u32,
    calm: u32,
    /// None: everything is let through.
    cap: Option<Cap>,
}

struct Cap {
    each_second: f64,
    /// What is left of it now, half a second's worth at most.
    left: f64,
    counted_at: Instant,
}

impl Throttle {
    /// Refuses a request on this route, if there is no room for it.
    pub(crate) fn check(
        &self,
        route: &Arc<str>,
        method: &Method,
        now: Instant,
    ) -> Result<(), Box<Exit>> {
        let mut lanes = self.lanes();
        let lane = lanes.get_mut(&lane_of(route, method));
        if lane.is_none_or(|lane| lane.has_room(now)) {
            return Ok(());
        }
        drop(lanes);
        let exit = Exit::error(
            StatusCode::SERVICE_UNAVAILABLE,
            "More is coming in than gets done; try again",
        );
        Err(exit.header(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS)))
    }

    /// The upstream is asked on this route. What plugins refuse takes no room.
    pub(crate) fn ask(&self, route: &Arc<str>, method: &Method, now: Instant) {
        let mut lanes = self.lanes();
        let lane = lanes.get_mut(&lane_of(route, method));
        if let Some(cap) = lane.and_then(|lane| lane.cap.as_mut()) {
            cap.refill(now);
            cap.left -= 1.0;
        }
    }

    /// The upstream has answered on this route.
    pub(crate) fn answered<B>(
        &self,
        route: &Arc<str>,
        method: &Method,
        answer: &Response<B>,
        now: Instant,
    ) {
        let refuses = answer.status() == StatusCode::SERVICE_UNAVAILABLE
            && answer.headers().contains_key(RETRY_AFTER);
        let mut lanes = self.lanes();
        // Most routes never need a lane.
        match lanes.get_mut(&lane_of(route, method)) {
            Some(lane) => lane.answered(refuses, now),
            None if refuses => {
                let mut lane = Lane::new(now);
                lane.answered(true, now);
                lanes.insert(lane_of(route, method), lane);
            }
            None => {}
        }
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lane_of(route: &Arc<str>, method: &Method) -> (Arc<str>, bool) {
    (Arc::clone(route), method.is_safe())
}

impl Lane {
    fn new(now: Instant) -> Self {
        Self {
            window_began: now,
            taken: 0,
            refused: 0,
            calm: 0,
            cap: None,
        }
    }

    fn has_room(&mut self, now: Instant) -> bool {
        self.look(now);
        self.cap.as_mut().is_none_or(|cap| {
            cap.refill(now);
            cap.left >= 1.0
        })
    }

    fn answered(&mut self, refuses: bool, now: Instant) {
        self.look(now);
        self.taken += u32::from(!refuses);
        self.refused += u32::from(refuses);
    }

    fn look(&mut self, now: Instant) {
        if now.saturating_duration_since(self.window_began) >= WINDOW {
            self.judge(now);
        }
    }

    fn judge(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.window_began);
        let taken_each_second = f64::from(self.taken) / passed.as_secs_f64();
        let each_second = taken_each_second * FOR_EACH_TAKEN + EACH_SECOND;
        if self.refused > 0 {
            self.calm = 0;
            let left = self.cap.as_ref().map_or(0.0, |cap| cap.left);
            self.cap = Some(Cap {
                each_second,
                left,
                counted_at: now,
            });
        } else if let Some(cap) = &mut self.cap {
            self.calm += 1;
            cap.each_second = cap.each_second.max(each_second);
            if self.calm >= CALM_WINDOWS {
                self.cap = None;
            }
        }
        (self.window_began, self.taken, self.refused) = (now, 0, 0);
    }
}

impl Cap {
    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.counted_at);
        self.counted_at = now;
        let left = self.left + passed.as_secs_f64() * self.each_second;
        self.left = left.min((self.each_second / 2.0).max(1.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(refuses: bool) -> Response<()> {
        let mut answer = Response::new(());
        if refuses {
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            answer.headers_mut().insert(RETRY_AFTER, 1.into());
        }
        answer
    }

    /// A second in which `offered` come, evenly, to an upstream that takes `takes` of them, evenly; how many have reached it, and how many
    /// it has taken.
    fn second(throttle: &Throttle, began: &mut Instant, offered: u32, takes: u32) -> (u32, u32) {
        let route = Arc::from("orders");
        let (mut reached, mut taken) = (0, 0);
        for n in 0..offered {
            let now = *began + WINDOW * n / offered;
            if throttle.check(&route, &Method::POST, now).is_ok() {
                throttle.ask(&route, &Method::POST, now);
                reached += 1;
                let takes_it = taken * offered <= takes * n && takes > 0;
                taken += u32::from(takes_it);
                throttle.answered(&route, &Method::POST, &answer(!takes_it), now);
            }
        }
        *began += WINDOW;
        (reached, taken)
    }

    #[test]
    fn an_upstream_that_refuses_nothing_is_asked_everything() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(second(&throttle, &mut now, 500, 500), (500, 500));
        }
    }

    #[test]
    fn an_upstream_that_refuses_is_asked_little_more_than_it_takes() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        second(&throttle, &mut now, 500, 50);
        for _ in 0..10 {
            let (reached, taken) = second(&throttle, &mut now, 500, 50);
            assert!(reached <= 130 && taken >= 45, "{reached}, {taken}");
        }
    }

    #[test]
    fn an_upstream_that_takes_everything_again_is_asked_everything_soon() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        second(&throttle, &mut now, 500, 0);
        let (asked, _) = second(&throttle, &mut now, 500, 0);
        assert!((1..=20).contains(&asked), "{asked}");
        for _ in 0..4 {
            second(&throttle, &mut now, 500, 500);
        }
        assert_eq!(second(&throttle, &mut now, 500, 500), (500, 500));
    }

    #[test]
    fn a_failure_that_asks_nobody_to_come_again_is_no_refusal() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let mut failure = answer(false);
        *failure.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        for _ in 0..100 {
            throttle.answered(&Arc::from("orders"), &Method::POST, &failure, now);
        }
        let orders = Arc::from("orders");
        assert!(throttle.check(&orders, &Method::POST, now).is_ok());
    }

    #[test]
    fn whoever_only_reads_is_not_refused_for_those_who_order() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        second(&throttle, &mut now, 500, 0);
        second(&throttle, &mut now, 500, 0);
        let orders = Arc::from("orders");
        for _ in 0..100 {
            assert!(throttle.check(&orders, &Method::GET, now).is_ok());
        }
    }
}
