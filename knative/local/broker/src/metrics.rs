//! What Prometheus reads of the broker: Knative's Kafka data plane under the names that it has since 1.21 (receiver and dispatcher), and
//! Kafka's consumer groups under those of the exporter that Strimzi runs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use souk_network::{Histogram, escaped_label, metric_head};
use souk_plan::model::ObjectName;
use souk_plan::{broker_topic, consumer_group};

use crate::log::Topic;
use crate::status::Watched;

/// The data plane's buckets, in milliseconds.
const BOUNDS: &[f64] = &[50., 100., 500., 1_000., 5_000., 10_000.];
/// Whoever may publish can make up types, and each would be series of its own.
const TYPES_MOST: usize = 200;
/// What further types are called.
const OTHER: &str = "_OTHER";

/// Whose work is measured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// A Broker's ingress.
    Receiver(ObjectName),
    /// A Trigger's dispatcher.
    Dispatcher(ObjectName),
}

/// A part, an event's type and an answer's status; none when nobody answered.
type Key = (Part, String, Option<u16>);

/// Durations of what was sent to Kafka or to a subscriber, and of what happened to events before.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<Measured>);

#[derive(Debug, Default)]
struct Measured {
    types: Vec<String>,
    dispatched: BTreeMap<Key, Histogram>,
    processed: BTreeMap<(ObjectName, String), Histogram>,
}

impl Measured {
    fn known(&mut self, event_type: &str) -> String {
        if !self.types.iter().any(|known| known == event_type) {
            if self.types.len() >= TYPES_MOST {
                return OTHER.to_owned();
            }
            self.types.push(event_type.to_owned());
        }
        event_type.to_owned()
    }
}

impl Metrics {
    /// An event was put into the log, or an attempt to deliver it was made.
    pub(crate) fn dispatched(
        &self,
        part: Part,
        event_type: &str,
        status: Option<StatusCode>,
        took: Duration,
    ) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let event_type = all.known(event_type);
        let key = (part, event_type, status.map(|status| status.as_u16()));
        observe(all.dispatched.entry(key).or_insert_with(histogram), took);
    }

    /// An event was read and is about to be sent to a trigger's subscriber.
    pub(crate) fn processed(&self, trigger: &ObjectName, event_type: &str, took: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (trigger.clone(), all.known(event_type));
        observe(all.processed.entry(key).or_insert_with(histogram), took);
    }

    /// In Prometheus' text format.
    pub(crate) fn text(&self) -> String {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        let name = "kn_eventing_dispatch_latency_ms";
        let help = "The time spent dispatching an event";
        metric_head(&mut text, name, "histogram", help);
        for ((part, event_type, status), histogram) in &all.dispatched {
            let mut labels = labels(part, event_type);
            if let Some(status) = status {
                let _ = write!(labels, ",http_response_status_code=\"{status}\"");
            }
            histogram.write(name, &labels, &mut text);
        }
        let name = "kn_eventing_process_latency_ms";
        let help =
            "The time spent processing an event before it is dispatched to a Trigger subscriber";
        metric_head(&mut text, name, "histogram", help);
        for ((trigger, event_type), histogram) in &all.processed {
            let part = Part::Dispatcher(trigger.clone());
            histogram.write(name, &labels(&part, event_type), &mut text);
        }
        text
    }
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

fn observe(histogram: &mut Histogram, took: Duration) {
    histogram.observe(took.as_secs_f64() * 1e3);
}

/// Names of Kubernetes need no escaping.
fn labels(part: &Part, event_type: &str) -> String {
    let (kind, object) = match part {
        Part::Receiver(broker) => ("broker", broker),
        Part::Dispatcher(trigger) => ("trigger", trigger),
    };
    let ObjectName { namespace, name } = object;
    let event_type = escaped_label(event_type);
    format!(
        "kn_{kind}_namespace=\"{namespace}\",kn_{kind}_name=\"{name}\",cloudevents_type=\"{event_type}\""
    )
}

/// How far the consumer groups are, as Kafka's exporter tells it.
pub(crate) fn offsets<'a>(
    topics: impl Iterator<Item = &'a Topic>,
    triggers: &[std::sync::Arc<Watched>],
) -> String {
    let mut text = String::new();
    let name = "kafka_topic_partition_current_offset";
    metric_head(
        &mut text,
        name,
        "gauge",
        "Current Offset of a Broker at Topic/Partition",
    );
    for topic in topics {
        let topic_name = broker_topic(topic.name());
        for partition in topic.partitions() {
            let (number, end) = (partition.number, partition.end());
            let _ = writeln!(
                text,
                "{name}{{partition=\"{number}\",topic=\"{topic_name}\"}} {end}"
            );
        }
    }
    groups(&mut text, triggers);
    text
}

fn groups(text: &mut String, triggers: &[std::sync::Arc<Watched>]) {
    type Of = fn(u64, u64) -> u64;
    let gauges: [(&str, &str, Of); 2] = [
        (
            "kafka_consumergroup_current_offset",
            "Current Offset of a ConsumerGroup at Topic/Partition",
            |committed, _| committed,
        ),
        (
            "kafka_consumergroup_lag",
            "Current Approximate Lag of a ConsumerGroup at Topic/Partition",
            |committed, end| end.saturating_sub(committed),
        ),
    ];
    for (name, help, of) in gauges {
        metric_head(text, name, "gauge", help);
        for one in triggers {
            let group = consumer_group(&one.trigger.object);
            let topic = broker_topic(&one.trigger.broker);
            for (partition, committed, end) in one.progress.offsets() {
                let value = of(committed, end);
                let _ = writeln!(
                    text,
                    "{name}{{consumergroup=\"{group}\",partition=\"{partition}\",topic=\"{topic}\"}} {value}"
                );
            }
        }
    }
    let name = "kafka_consumergroup_lag_sum";
    let help = "Current Approximate Lag of a ConsumerGroup at Topic for all partitions";
    metric_head(text, name, "gauge", help);
    for one in triggers {
        let group = consumer_group(&one.trigger.object);
        let topic = broker_topic(&one.trigger.broker);
        let lag = one.progress.lag();
        let _ = writeln!(
            text,
            "{name}{{consumergroup=\"{group}\",topic=\"{topic}\"}} {lag}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger() -> ObjectName {
        ObjectName {
            namespace: "souk".to_owned(),
            name: "inventory-placed".to_owned(),
        }
    }

    #[test]
    fn attempts_have_the_names_of_the_real_dispatcher() {
        let metrics = Metrics::default();
        let part = Part::Dispatcher(trigger());
        let (status, took) = (Some(StatusCode::ACCEPTED), Duration::from_millis(80));
        metrics.dispatched(part.clone(), "placed", status, took);
        metrics.dispatched(part, "placed", None, took);
        let text = metrics.text();
        let labels = "kn_trigger_namespace=\"souk\",kn_trigger_name=\"inventory-placed\",cloudevents_type=\"placed\"";
        for line in [
            format!(
                "kn_eventing_dispatch_latency_ms_bucket{{{labels},http_response_status_code=\"202\",le=\"50\"}} 0"
            ),
            format!(
                "kn_eventing_dispatch_latency_ms_bucket{{{labels},http_response_status_code=\"202\",le=\"100\"}} 1"
            ),
            format!("kn_eventing_dispatch_latency_ms_count{{{labels}}} 1"),
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
    }

    #[test]
    fn types_that_somebody_makes_up_do_not_become_series_without_end() {
        let metrics = Metrics::default();
        for number in 0..TYPES_MOST + 10 {
            metrics.processed(&trigger(), &format!("type-{number}"), Duration::ZERO);
        }
        let text = metrics.text();
        let series = text.lines().filter(|line| line.contains("_count{"));
        assert_eq!(series.count(), TYPES_MOST + 1);
        assert!(text.contains("cloudevents_type=\"_OTHER\""));
    }
}
