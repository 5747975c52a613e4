//! A sliding window of measurements in buckets of one second: `TimedFloat64Buckets` of Knative's
//! `pkg/autoscaler/aggregation/bucketing.go`.

use std::collections::VecDeque;

/// Averages are cut to as many digits as there.
const PRECISION: f64 = 1e6;

/// What was measured in the last so many seconds.
#[derive(Debug)]
pub(crate) struct Window {
    seconds: u64,
    first: u64,
    buckets: VecDeque<(u64, f64)>,
}

impl Window {
    pub(crate) fn new(seconds: u64) -> Self {
        Self {
            seconds: seconds.max(1),
            first: 0,
            buckets: VecDeque::new(),
        }
    }

    /// Adds a value to the bucket of `second`. What comes later than its window is ignored.
    pub(crate) fn record(&mut self, second: u64, value: f64) {
        let Some(&(last, _)) = self.buckets.back() else {
            self.first = second;
            self.buckets.push_back((second, value));
            return;
        };
        if second <= last {
            if let Some((_, sum)) = self.buckets.iter_mut().find(|(at, _)| *at == second) {
                *sum += value;
            }
            return;
        }
        if second - last >= self.seconds {
            self.buckets.clear();
            self.first = second;
        }
        self.buckets.push_back((second, value));
        while self
            .buckets
            .front()
            .is_some_and(|(at, _)| second - at >= self.seconds)
        {
            self.buckets.pop_front();
        }
    }

    /// The average over the seconds that are known: a window that has just begun is not diluted, a gap counts as zero.
    /// None when nothing was recorded for longer than the window.
    pub(crate) fn average(&self, second: u64) -> Option<f64> {
        let &(last, _) = self.buckets.back()?;
        let age = second.saturating_sub(last);
        if age > self.seconds {
            return None;
        }
        if age == self.seconds {
            return Some(0.0);
        }
        let end = second.max(last);
        let total: f64 = self
            .buckets
            .iter()
            .filter(|(at, _)| end - at < self.seconds)
            .map(|(_, value)| value)
            .sum();
        let known = (last - self.first + 1).min(self.seconds - age);
        #[expect(clippy::cast_precision_loss, reason = "at most an hour of seconds")]
        let average = total / known as f64;
        Some((average * PRECISION).floor() / PRECISION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: what is recorded at which second, when it is asked for, and the average. From `bucketing.go`'s comment on
    /// `WindowAverage` and its test.
    #[test]
    fn averages_are_those_of_bucketing_go() {
        type Row = (&'static str, &'static [(u64, f64)], u64, Option<f64>);
        let rows: [Row; 9] = [
            ("nothing yet", &[], 3, None),
            ("one bucket of five", &[(10, 2.0)], 10, Some(2.0)),
            ("a partial window", &[(10, 2.0), (11, 4.0)], 11, Some(3.0)),
            (
                "values of one second add up",
                &[(10, 1.0), (10, 2.0)],
                10,
                Some(3.0),
            ),
            (
                "a gap counts as zero",
                &[(10, 4.0), (13, 4.0)],
                13,
                Some(2.0),
            ),
            (
                "a full window forgets",
                &[(1, 100.0), (2, 1.0), (3, 1.0), (4, 1.0), (5, 1.0), (6, 1.0)],
                6,
                Some(1.0),
            ),
            (
                "no recent data: over what is left",
                &[(1, 3.0), (2, 3.0), (3, 3.0), (4, 3.0), (5, 3.0)],
                7,
                Some(3.0),
            ),
            ("as old as the window: zero", &[(10, 2.0)], 15, Some(0.0)),
            ("older than the window: no data", &[(10, 2.0)], 16, None),
        ];
        for (name, recorded, asked, expected) in rows {
            let mut window = Window::new(5);
            for &(second, value) in recorded {
                window.record(second, value);
            }
            assert_eq!(window.average(asked), expected, "{name}");
        }
    }

    #[test]
    fn after_a_silent_window_it_begins_anew() {
        let mut window = Window::new(5);
        window.record(1, 0.0);
        window.record(60, 1.0);
        assert_eq!(window.average(60), Some(1.0));
    }
}
