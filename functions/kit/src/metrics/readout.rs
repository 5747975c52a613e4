//! What this process has told so far, for tests: it is kept in memory instead of being exported.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use opentelemetry::KeyValue;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        PeriodicReader, SdkMeterProvider, Temporality,
        data::{AggregatedMetrics, MetricData, ResourceMetrics},
        exporter::PushMetricExporter,
    },
};

use super::{Labels, tell};

/// It is asked, and tells nothing by itself.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// One series: its metric, its labels, and its value, or for a histogram how many it has counted and their sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The metric, as OpenTelemetry calls it.
    pub name: String,
    /// What tells it from the metric's other series.
    pub labels: BTreeMap<String, String>,
    /// The value of a counter or a gauge, or how many values a histogram has.
    pub count: f64,
    /// The sum of a histogram's values; 0 for other metrics.
    pub sum: f64,
}

type Kept = Arc<Mutex<Vec<Series>>>;

/// Reads what the statics of this process have counted since [`Readout::start`], in all tests together. So a test compares what was
/// before with what is after, or asks for labels that are its own.
#[derive(Debug)]
pub struct Readout {
    provider: SdkMeterProvider,
    kept: Kept,
}

impl Readout {
    /// The one of this process. Nothing is counted before the first call.
    pub fn start() -> &'static Self {
        static READOUT: OnceLock<Readout> = OnceLock::new();
        READOUT.get_or_init(|| {
            let kept = Kept::default();
            let reader = PeriodicReader::builder(Keeper(Arc::clone(&kept)));
            let reader = reader.with_interval(NEVER).build();
            let provider = SdkMeterProvider::builder().with_reader(reader).build();
            tell(provider.clone());
            Self { provider, kept }
        })
    }

    /// Everything that was told so far.
    pub fn series(&self) -> Vec<Series> {
        // It cannot fail: nothing is sent anywhere.
        let _ = self.provider.force_flush();
        let kept = self.kept.lock();
        kept.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The sum over all series of a metric that have these labels, and maybe others; of a histogram, how many values it has.
    pub fn count(&self, name: &str, labels: Labels<'_>) -> u64 {
        let has = |series: &Series| {
            let mut labels = labels.iter();
            labels.all(|(name, value)| series.labels.get(*name).is_some_and(|is| is == value))
        };
        let all = self.series();
        let found = all
            .iter()
            .filter(|series| series.name == name && has(series));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "what is counted here is a small whole number"
        )]
        let count = found.map(|series| series.count).sum::<f64>() as u64;
        count
    }
}

/// Keeps the last of what is exported, which is all: it is cumulative.
struct Keeper(Kept);

impl PushMetricExporter for Keeper {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let scopes = metrics.scope_metrics();
        let metrics = scopes.flat_map(|scope| scope.metrics());
        let all = metrics.flat_map(|metric| series(metric.name(), metric.data()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = all.collect();
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

fn series(name: &str, data: &AggregatedMetrics) -> Vec<Series> {
    match data {
        AggregatedMetrics::U64(data) => read(name, data, |value| value as f64),
        AggregatedMetrics::I64(data) => read(name, data, |value| value as f64),
        AggregatedMetrics::F64(data) => read(name, data, |value| value),
    }
}

fn read<T: Copy>(name: &str, data: &MetricData<T>, number: fn(T) -> f64) -> Vec<Series> {
    let one = |labels, count, sum| Series {
        name: name.to_owned(),
        labels,
        count,
        sum,
    };
    match data {
        MetricData::Sum(sum) => sum
            .data_points()
            .map(|point| one(texts(point.attributes()), number(point.value()), 0.0))
            .collect(),
        MetricData::Gauge(gauge) => gauge
            .data_points()
            .map(|point| one(texts(point.attributes()), number(point.value()), 0.0))
            .collect(),
        MetricData::Histogram(histogram) => histogram
            .data_points()
            .map(|point| {
                let labels = texts(point.attributes());
                one(labels, point.count() as f64, number(point.sum()))
            })
            .collect(),
        MetricData::ExponentialHistogram(_) => Vec::new(),
    }
}

fn texts<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> BTreeMap<String, String> {
    let text = |it: &KeyValue| (it.key.to_string(), it.value.to_string());
    attributes.map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Counter, Gauge, Histogram};

    static ORDERS: Counter = Counter::new("test.orders", "{order}", "Orders.");
    static STOCK: Gauge = Gauge::new("test.stock", "{piece}", "Pieces.");
    static WAIT: Histogram = Histogram::new("test.wait", "How long it took.");

    #[test]
    fn what_was_told_is_read_by_its_labels() {
        let told = Readout::start();
        ORDERS.add(2, &[("state", "placed"), ("currency", "EUR")]);
        ORDERS.add(1, &[("state", "shipped"), ("currency", "EUR")]);
        WAIT.record(Duration::from_millis(500), &[]);
        WAIT.record(Duration::from_millis(250), &[]);
        assert_eq!(told.count("test.orders", &[("state", "placed")]), 2);
        assert_eq!(told.count("test.orders", &[("currency", "EUR")]), 3);
        assert_eq!(told.count("test.orders", &[("state", "cancelled")]), 0);
        let all = told.series();
        let wait = all.iter().find(|series| series.name == "test.wait");
        assert!(wait.is_some_and(|wait| wait.count == 2.0 && wait.sum == 0.75));
    }

    #[test]
    fn a_gauge_is_told_again_though_it_has_not_changed() {
        let told = Readout::start();
        STOCK.set(7, &[]);
        STOCK.set(4, &[]);
        assert_eq!(told.count("test.stock", &[]), 4);
        assert_eq!(told.count("test.stock", &[]), 4);
    }
}
