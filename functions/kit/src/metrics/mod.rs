//! What a function counts and times: instruments that are written down once, as statics, and told through OpenTelemetry.
//!
//! ```
//! use souk_kit::metrics::Counter;
//!
//! static REJECTIONS: Counter =
//!     Counter::new("souk.inventory.rejections", "{order}", "Orders that could not be reserved.");
//!
//! REJECTIONS.add(1, &[("souk.reason", "out_of_stock")]);
//! ```
//!
//! A static names no provider, so it works wherever it is used. Where nothing is exported, telling costs one look at a flag. Labels are few
//! and from short lists: each combination of them is a series that Prometheus keeps. No id and nothing about a person is a label.

mod gauge;
mod instruments;
mod readout;

pub use gauge::Gauge;
pub use instruments::{Counter, Histogram, UpDown};
pub use readout::Readout;

use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::{
    KeyValue, global,
    metrics::{Meter, MeterProvider},
};

/// The names and values that tell one series of a metric from the others.
pub type Labels<'a> = &'a [(&'static str, &'a str)];

const SCOPE: &str = "souk";
/// What most histograms of durations count by, in seconds.
pub(crate) const SHORT: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
/// What is counted by where minutes are nothing unusual, in seconds.
pub(crate) const LONG: [f64; 18] = [
    0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0,
    1800.0, 3600.0,
];

/// Whether anybody is told.
static TOLD: AtomicBool = AtomicBool::new(false);

/// From now on everything is told to `provider`.
pub(crate) fn tell(provider: impl MeterProvider + Send + Sync + 'static) {
    global::set_meter_provider(provider);
    TOLD.store(true, Ordering::Release);
}

/// Whether it is worth the while to tell anything.
pub(crate) fn is_told() -> bool {
    TOLD.load(Ordering::Acquire)
}

fn meter() -> Meter {
    global::meter(SCOPE)
}

fn key_values(labels: Labels<'_>) -> Vec<KeyValue> {
    let key_value =
        |(name, value): &(&'static str, &str)| KeyValue::new(*name, (*value).to_owned());
    labels.iter().map(key_value).collect()
}
