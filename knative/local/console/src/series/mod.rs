//! Metrics: what functions send is added up to one series each, what the platform counts is read from its own text; both are kept
//! where they change, and can be asked about.

mod add_up;
mod names;
mod otlp;
mod parse;
mod query;
mod snapshot;
mod text;

pub(crate) use add_up::AddUp;
pub(crate) use parse::parse;
pub(crate) use query::{As, Query, evaluate};
pub(crate) use snapshot::Snapshots;

use crate::record::SeriesRecord;

/// How much a series stands at.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Amount {
    /// A number's value, a histogram's sum.
    pub(crate) value: f64,
    /// Of a histogram: how many fell into each bucket, not added up. Empty for others.
    pub(crate) counts: Vec<u64>,
}

impl Amount {
    /// Adds another one with the same buckets.
    fn add(&mut self, other: &Self) {
        self.value += other.value;
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// Of a histogram: how many there are.
    fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// A series and how much it stands at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    pub(crate) series: SeriesRecord,
    pub(crate) amount: Amount,
}
