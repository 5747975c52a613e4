//! How many requests a revision holds, averaged over time as the real reporters do.

use std::time::Duration;

/// What was measured since the last look.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sample {
    /// Requests in flight, averaged over the time.
    pub(crate) concurrency: f64,
    /// Requests that came in, for each second.
    pub(crate) rps: f64,
}

/// Counts requests from their arrival, the wait for an instance included, to the end of their answer.
///
/// Times are counted from the start of the revision.
#[derive(Debug, Default)]
pub(crate) struct Load {
    in_flight: u32,
    arrived: u32,
    request_seconds: f64,
    counted_until: Duration,
    looked_at: Duration,
    last_arrival: Option<Duration>,
}

impl Load {
    /// A request came in.
    pub(crate) fn enter(&mut self, now: Duration) {
        self.count(now);
        self.in_flight += 1;
        self.arrived += 1;
        self.last_arrival = Some(now);
    }

    /// Its answer has ended.
    pub(crate) fn leave(&mut self, now: Duration) {
        self.count(now);
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// What happened since this was asked last.
    pub(crate) fn take(&mut self, now: Duration) -> Sample {
        self.count(now);
        let seconds = now.saturating_sub(self.looked_at).as_secs_f64();
        let arrived = f64::from(std::mem::take(&mut self.arrived));
        let request_seconds = std::mem::take(&mut self.request_seconds);
        self.looked_at = now;
        if seconds == 0.0 {
            return Sample {
                concurrency: f64::from(self.in_flight),
                rps: arrived,
            };
        }
        Sample {
            concurrency: request_seconds / seconds,
            rps: arrived / seconds,
        }
    }

    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight
    }

    pub(crate) fn last_arrival(&self) -> Option<Duration> {
        self.last_arrival
    }

    fn count(&mut self, now: Duration) {
        let since = now.saturating_sub(self.counted_until);
        self.request_seconds += since.as_secs_f64() * f64::from(self.in_flight);
        self.counted_until = self.counted_until.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn concurrency_is_averaged_over_time() {
        let mut load = Load::default();
        load.enter(at(0));
        load.enter(at(500));
        load.leave(at(750));
        let sample = load.take(at(1000));
        assert_eq!(
            sample,
            Sample {
                concurrency: 1.25,
                rps: 2.0
            }
        );
    }

    #[test]
    fn a_request_that_stays_counts_in_every_period() {
        let mut load = Load::default();
        load.enter(at(0));
        load.take(at(1000));
        assert_eq!(
            load.take(at(2000)),
            Sample {
                concurrency: 1.0,
                rps: 0.0
            }
        );
        load.leave(at(2000));
        assert_eq!(load.take(at(3000)), Sample::default());
    }
}
