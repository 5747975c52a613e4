//! Counters and histograms. Each is made when it is first told something, and only where that is exported.

use std::{fmt, sync::OnceLock, time::Duration};

use opentelemetry::{KeyValue, metrics};

use super::{LONG, Labels, SHORT, is_told, key_values, meter};

/// What an instrument is called, what it is counted in and what it says.
#[derive(Clone, Copy, Debug)]
struct About {
    name: &'static str,
    unit: &'static str,
    description: &'static str,
}

impl About {
    const fn new(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self {
            name,
            unit,
            description,
        }
    }
}

/// Something that is only ever added to.
pub struct Counter {
    about: About,
    made: OnceLock<metrics::Counter<u64>>,
}

impl Counter {
    /// `unit` as UCUM has it: `{order}` for things that are counted, `s`, `By`. On Prometheus what is in braces is not seen, and `1` is a ratio.
    pub const fn new(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self {
            about: About::new(name, unit, description),
            made: OnceLock::new(),
        }
    }

    /// So many more.
    pub fn add(&self, count: u64, labels: Labels<'_>) {
        if is_told() {
            self.add_to(count, &key_values(labels));
        }
    }

    pub(crate) fn add_to(&self, count: u64, series: &[KeyValue]) {
        if is_told() {
            let make = || {
                let (about, meter) = (self.about, meter());
                let builder = meter.u64_counter(about.name).with_unit(about.unit);
                builder.with_description(about.description).build()
            };
            self.made.get_or_init(make).add(count, series);
        }
    }
}

/// How many there are at the moment, by what is added and taken away.
pub struct UpDown {
    about: About,
    made: OnceLock<metrics::UpDownCounter<i64>>,
}

impl UpDown {
    /// `unit` as for [`Counter::new`].
    pub const fn new(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self {
            about: About::new(name, unit, description),
            made: OnceLock::new(),
        }
    }

    pub(crate) fn add_to(&self, count: i64, series: &[KeyValue]) {
        if is_told() {
            let make = || {
                let (about, meter) = (self.about, meter());
                let builder = meter.i64_up_down_counter(about.name).with_unit(about.unit);
                builder.with_description(about.description).build()
            };
            self.made.get_or_init(make).add(count, series);
        }
    }
}

/// How long something takes, in seconds.
pub struct Histogram {
    about: About,
    bounds: &'static [f64],
    made: OnceLock<metrics::Histogram<f64>>,
}

impl Histogram {
    /// For what takes milliseconds, or ten seconds at most.
    pub const fn new(name: &'static str, description: &'static str) -> Self {
        Self::by(&SHORT, name, description)
    }

    /// For what may take minutes, or an hour.
    pub const fn long(name: &'static str, description: &'static str) -> Self {
        Self::by(&LONG, name, description)
    }

    const fn by(bounds: &'static [f64], name: &'static str, description: &'static str) -> Self {
        Self {
            about: About::new(name, "s", description),
            bounds,
            made: OnceLock::new(),
        }
    }

    /// It has taken so long.
    pub fn record(&self, took: Duration, labels: Labels<'_>) {
        if is_told() {
            self.record_to(took, &key_values(labels));
        }
    }

    pub(crate) fn record_to(&self, took: Duration, series: &[KeyValue]) {
        if is_told() {
            let make = || {
                let (about, meter) = (self.about, meter());
                let builder = meter.f64_histogram(about.name).with_unit(about.unit);
                let builder = builder.with_boundaries(self.bounds.to_vec());
                builder.with_description(about.description).build()
            };
            let made = self.made.get_or_init(make);
            made.record(took.as_secs_f64(), series);
        }
    }
}

macro_rules! shown_by_name {
    ($($instrument:ident),*) => {$(
        impl fmt::Debug for $instrument {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($instrument), self.about.name)
            }
        }
    )*};
}

shown_by_name!(Counter, UpDown, Histogram);
