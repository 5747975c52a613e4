//! A value that goes up and down. It is told again with every export, so that nobody takes it for gone while it does not change.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use opentelemetry::{KeyValue, metrics::ObservableGauge};

use super::{Labels, is_told, key_values, meter};

/// More series than this are a mistake; what comes later is not told.
const SERIES_MAX: usize = 200;

type Values = Arc<Mutex<HashMap<Vec<KeyValue>, u64>>>;

/// A value at a time. Without an instance's name in it, what the instance says that has told last counts.
pub struct Gauge {
    name: &'static str,
    unit: &'static str,
    description: &'static str,
    made: OnceLock<(Values, ObservableGauge<u64>)>,
}

impl Gauge {
    /// `unit` as for [`super::Counter::new`].
    pub const fn new(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self {
            name,
            unit,
            description,
            made: OnceLock::new(),
        }
    }

    /// It is this now, and until it is said to be something else.
    pub fn set(&self, value: u64, labels: Labels<'_>) {
        if is_told() {
            let (values, _) = self.made.get_or_init(|| self.make());
            let mut values = values.lock().unwrap_or_else(PoisonError::into_inner);
            let series = key_values(labels);
            if values.len() < SERIES_MAX || values.contains_key(&series) {
                values.insert(series, value);
            }
        }
    }

    fn make(&self) -> (Values, ObservableGauge<u64>) {
        let values = Values::default();
        let seen = Arc::clone(&values);
        let meter = meter();
        let builder = meter.u64_observable_gauge(self.name).with_unit(self.unit);
        let builder = builder.with_description(self.description);
        let gauge = builder.with_callback(move |observer| {
            let values = seen.lock().unwrap_or_else(PoisonError::into_inner);
            for (series, value) in values.iter() {
                observer.observe(*value, series);
            }
        });
        (values, gauge.build())
    }
}

impl fmt::Debug for Gauge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gauge({})", self.name)
    }
}
