//! The counts and their text form, under Kong's names and labels. They outlive a reload.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use souk_network::{Histogram, escaped_label as escaped, metric_head};

use crate::record::Facts;

/// Kong's buckets in milliseconds for what the gateway itself takes.
const OWN: &[f64] = &[
    1., 2., 5., 7., 10., 15., 20., 30., 50., 75., 100., 200., 500., 750., 1000., 3000., 6000.,
];
/// The same for what includes the upstream.
const UPSTREAM: &[f64] = &[
    25., 50., 80., 100., 250., 400., 700., 1000., 2000., 5000., 10000., 30000., 60000.,
];

/// Kong's one workspace.
const WORKSPACE: &str = "default";

/// A service and a route.
type Place = (Arc<str>, Arc<str>);

#[derive(Default)]
struct Counts {
    /// By place, status code, source and consumer.
    requests: HashMap<(Place, u16, &'static str, String), u64>,
    /// By place, direction and consumer.
    bytes: HashMap<(Place, &'static str, String), u64>,
    own: HashMap<Place, Histogram>,
    upstream: HashMap<Place, Histogram>,
    total: HashMap<Place, Histogram>,
}

/// Everything that is counted.
#[derive(Default)]
pub(crate) struct Metrics(Mutex<Counts>);

impl Metrics {
    pub(crate) fn count_request(&self, facts: &Facts, consumer: &str) {
        let source = if facts.from_upstream {
            "service"
        } else {
            "kong"
        };
        let key = (place(facts), facts.status, source, consumer.to_owned());
        *self.counts().requests.entry(key).or_default() += 1;
    }

    pub(crate) fn count_bytes(&self, facts: &Facts, consumer: &str) {
        let mut counts = self.counts();
        for (direction, bytes) in [
            ("ingress", facts.request_bytes),
            ("egress", facts.response_bytes),
        ] {
            let key = (place(facts), direction, consumer.to_owned());
            *counts.bytes.entry(key).or_default() += bytes;
        }
    }

    pub(crate) fn observe_latencies(&self, facts: &Facts) {
        let mut counts = self.counts();
        observe(&mut counts.own, facts, OWN, facts.latency.own);
        observe(&mut counts.total, facts, UPSTREAM, facts.total);
        if let Some(upstream) = facts.latency.upstream {
            observe(&mut counts.upstream, facts, UPSTREAM, upstream);
        }
    }

    /// The Prometheus text format, in a stable order.
    pub(crate) fn render(&self) -> String {
        let counts = self.counts();
        let mut text = String::new();
        render_bytes(&counts, &mut text);
        head(
            &mut text,
            "datastore_reachable",
            "gauge",
            "Datastore reachable from Kong, 0 is unreachable",
        );
        text.push_str("kong_datastore_reachable 1\n");
        render_requests(&counts, &mut text);
        for (name, help, histograms) in [
            (
                "kong_latency_ms",
                "Latency added by Kong and enabled plugins",
                &counts.own,
            ),
            (
                "request_latency_ms",
                "Total latency incurred during requests",
                &counts.total,
            ),
            (
                "upstream_latency_ms",
                "Latency added by upstream response",
                &counts.upstream,
            ),
        ] {
            head(
                &mut text,
                name,
                "histogram",
                &format!("{help} for each service/route in Kong"),
            );
            for (place, histogram) in sorted(histograms) {
                histogram.write(&format!("kong_{name}"), &labels(place), &mut text);
            }
        }
        text
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(facts: &Facts) -> Place {
    (Arc::clone(&facts.service), Arc::clone(&facts.route))
}

fn observe(
    histograms: &mut HashMap<Place, Histogram>,
    facts: &Facts,
    bounds: &'static [f64],
    duration: Duration,
) {
    let histogram = histograms
        .entry(place(facts))
        .or_insert_with(|| Histogram::new(bounds));
    // Kong's clock counts whole milliseconds.
    histogram.observe((duration.as_secs_f64() * 1e3).floor());
}

fn render_bytes(counts: &Counts, text: &mut String) {
    head(
        text,
        "bandwidth_bytes",
        "counter",
        "Total bandwidth (ingress/egress) throughput in bytes",
    );
    for ((place, direction, consumer), bytes) in sorted(&counts.bytes) {
        let (labels, consumer) = (labels(place), escaped(consumer));
        let _ = writeln!(
            text,
            "kong_bandwidth_bytes{{{labels},direction=\"{direction}\",consumer=\"{consumer}\"}} {bytes}"
        );
    }
}

fn render_requests(counts: &Counts, text: &mut String) {
    let help = "HTTP status codes per consumer/service/route in Kong";
    head(text, "http_requests_total", "counter", help);
    for ((place, code, source, consumer), count) in sorted(&counts.requests) {
        let (labels, consumer) = (labels(place), escaped(consumer));
        let _ = writeln!(
            text,
            "kong_http_requests_total{{{labels},code=\"{code}\",source=\"{source}\",consumer=\"{consumer}\"}} {count}"
        );
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    metric_head(text, &format!("kong_{name}"), kind, help);
}

fn labels((service, route): &Place) -> String {
    let (service, route) = (escaped(service), escaped(route));
    format!("service=\"{service}\",route=\"{route}\",workspace=\"{WORKSPACE}\"")
}

fn sorted<K: Ord + Hash, V>(map: &HashMap<K, V>) -> Vec<(&K, &V)> {
    let mut entries: Vec<(&K, &V)> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}
