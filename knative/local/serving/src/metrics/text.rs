//! The counts of all revisions in Prometheus' text format.

use std::fmt::Write as _;
use std::sync::Arc;

use souk_network::{Histogram, metric_head};

use super::{Durations, Metrics};
use crate::revision::Revision;
use crate::{InstanceState, RevisionStatus};

/// One metric of histograms: its name, what it is, and which of the two durations.
type Metric = (&'static str, &'static str, fn(&Durations) -> &Histogram);

const HISTOGRAMS: [Metric; 2] = [
    (
        "http_server_request_duration_seconds",
        "Duration of HTTP server requests.",
        |durations| &durations.request,
    ),
    (
        "kn_serving_invocation_duration_seconds",
        "The duration of the task execution",
        |durations| &durations.invocation,
    ),
];

/// A gauge: its name, what it is, and its value.
type Gauge = (&'static str, &'static str, fn(&RevisionStatus) -> u64);

const GAUGES: [Gauge; 4] = [
    (
        "kn_revision_request_concurrency",
        "Concurrent requests that are routed to the activator",
        |status| {
            let in_flight = status.instances.iter().map(|one| u64::from(one.in_flight));
            in_flight.sum::<u64>() + status.waiting as u64
        },
    ),
    (
        "kn_revision_pods_desired",
        "Number of pods the autoscaler wants to allocate",
        |status| u64::from(status.desired),
    ),
    (
        "kn_revision_pods_count",
        "Number of pods that are allocated currently",
        |status| status.instances.len() as u64,
    ),
    (
        "kn_revision_pods_not_ready_count",
        "Number of pods that are not ready currently",
        |status| {
            let ready = |state| state == InstanceState::Ready;
            let not_ready = status.instances.iter().filter(|one| !ready(one.state));
            not_ready.count() as u64
        },
    ),
];

/// What was counted of these revisions.
pub(crate) fn text(revisions: &[Arc<Revision>]) -> String {
    let series: Vec<_> = revisions
        .iter()
        .map(|revision| (labels(revision), Metrics::series(revision.metrics())))
        .collect();
    let mut text = String::new();
    for (name, help, of) in HISTOGRAMS {
        metric_head(&mut text, name, "histogram", help);
        for (labels, counted) in &series {
            for ((method, status), durations) in counted {
                let histogram = of(durations);
                if !histogram.is_empty() {
                    let labels = format!("{labels},{}", of_request(method, *status));
                    histogram.write(name, &labels, &mut text);
                }
            }
        }
    }
    let states: Vec<_> = revisions
        .iter()
        .map(|revision| (labels(revision), revision.status()))
        .collect();
    for (name, help, of) in GAUGES {
        metric_head(&mut text, name, "gauge", help);
        for (labels, status) in &states {
            let _ = writeln!(text, "{name}{{{labels}}} {}", of(status));
        }
    }
    text
}

/// Names of Kubernetes need no escaping. A Configuration has its Service's name.
fn labels(revision: &Revision) -> String {
    let service = revision.service();
    format!(
        "k8s_namespace_name=\"{}\",kn_service_name=\"{name}\",kn_configuration_name=\"{name}\",kn_revision_name=\"{}\"",
        service.namespace,
        revision.name(),
        name = service.name,
    )
}

fn of_request(method: &str, status: u16) -> String {
    format!(
        "http_request_method=\"{method}\",http_response_status_code=\"{status}\",network_protocol_name=\"http\",\
         network_protocol_version=\"1.1\",url_scheme=\"http\""
    )
}
