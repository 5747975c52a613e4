//! Metrics as functions send them.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, HistogramDataPoint, Metric, NumberDataPoint,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::add_up::{AddUp, Family, Report, Times};
use super::{Amount, names};
use crate::receiver::attribute_text;
use crate::record::SeriesKind;

/// Of a resource, this becomes labels; there is no label that tells instances apart.
const OF_RESOURCE: [&str; 2] = ["service.name", "service.namespace"];
/// Longer values of labels are cut off.
const LABEL_MOST: usize = 256;

impl AddUp {
    /// Takes what a function sent; gives how many points were not taken.
    pub(crate) fn take_request(&mut self, request: &ExportMetricsServiceRequest) -> i64 {
        let mut rejected = 0;
        for resource in &request.resource_metrics {
            let common = of_resource(resource.resource.as_ref());
            let metrics = resource
                .scope_metrics
                .iter()
                .flat_map(|scope| &scope.metrics);
            for metric in metrics {
                rejected += self.take_metric(metric, &common);
            }
        }
        rejected
    }

    fn take_metric(&mut self, metric: &Metric, common: &[(String, String)]) -> i64 {
        match &metric.data {
            Some(Data::Gauge(gauge)) => {
                let (kind, report) = (SeriesKind::Gauge, Report::Now);
                self.take_numbers(metric, common, kind, report, &gauge.data_points)
            }
            Some(Data::Sum(sum)) => {
                let kind = match sum.is_monotonic {
                    true => SeriesKind::Counter,
                    false => SeriesKind::Gauge,
                };
                let report = report(sum.aggregation_temporality);
                self.take_numbers(metric, common, kind, report, &sum.data_points)
            }
            Some(Data::Histogram(histogram)) => {
                let report = report(histogram.aggregation_temporality);
                self.take_histograms(metric, common, report, &histogram.data_points)
            }
            Some(Data::ExponentialHistogram(other)) => other.data_points.len() as i64,
            Some(Data::Summary(other)) => other.data_points.len() as i64,
            None => 0,
        }
    }

    fn take_numbers(
        &mut self,
        metric: &Metric,
        common: &[(String, String)],
        kind: SeriesKind,
        report: Report,
        points: &[NumberDataPoint],
    ) -> i64 {
        let name = names::metric(&metric.name, &metric.unit, kind);
        let family = family(metric, kind);
        let mut rejected = 0;
        for point in points {
            let value = match point.value {
                Some(Number::AsDouble(number)) => number,
                Some(Number::AsInt(number)) => number as f64,
                None => continue,
            };
            let times = times(point.start_time_unix_nano, point.time_unix_nano);
            let amount = Amount {
                value,
                counts: Vec::new(),
            };
            let labels = labels(common, &point.attributes);
            let taken = value.is_finite()
                && self.take(&name, &family, labels, Vec::new(), (report, times), amount);
            rejected += i64::from(!taken);
        }
        rejected
    }

    fn take_histograms(
        &mut self,
        metric: &Metric,
        common: &[(String, String)],
        report: Report,
        points: &[HistogramDataPoint],
    ) -> i64 {
        let kind = SeriesKind::Histogram;
        let name = names::metric(&metric.name, &metric.unit, kind);
        let family = family(metric, kind);
        let mut rejected = 0;
        for point in points {
            let times = times(point.start_time_unix_nano, point.time_unix_nano);
            let bounds: Vec<String> = point.explicit_bounds.iter().map(f64::to_string).collect();
            let amount = Amount {
                value: point.sum.unwrap_or_default(),
                counts: point.bucket_counts.clone(),
            };
            let labels = labels(common, &point.attributes);
            let taken = amount.value.is_finite()
                && amount.counts.len() == bounds.len() + 1
                && self.take(&name, &family, labels, bounds, (report, times), amount);
            rejected += i64::from(!taken);
        }
        rejected
    }
}

fn times(start: u64, end: u64) -> Times {
    Times { start, end }
}

fn family(metric: &Metric, kind: SeriesKind) -> Family {
    Family {
        kind,
        unit: metric.unit.clone(),
        help: metric.description.clone(),
    }
}

fn report(temporality: i32) -> Report {
    match temporality == AggregationTemporality::Delta as i32 {
        true => Report::Delta,
        false => Report::Total,
    }
}

fn of_resource(resource: Option<&Resource>) -> Vec<(String, String)> {
    let all = resource.map(|one| one.attributes.as_slice());
    let all = all.unwrap_or_default().iter();
    let kept = all.filter(|one| OF_RESOURCE.contains(&one.key.as_str()));
    kept.map(label).collect()
}

fn labels(common: &[(String, String)], attributes: &[KeyValue]) -> Vec<(String, String)> {
    let mut labels = common.to_vec();
    labels.extend(attributes.iter().map(label));
    labels.sort();
    labels.dedup_by(|one, other| one.0 == other.0);
    labels
}

fn label(attribute: &KeyValue) -> (String, String) {
    let value = attribute_text(attribute.value.clone());
    let value = value.chars().take(LABEL_MOST).collect();
    (names::label(&attribute.key), value)
}
