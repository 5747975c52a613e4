//! What flows between the parts right now: edges for the live map, and rates. Kept in memory only.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::broadcast;

use crate::hex;
use crate::record::{SpanKind, SpanRecord};

/// Edges are told that often at most.
const TOLD_EVERY: Duration = Duration::from_millis(250);
/// Rates are those of the last seconds.
const SECONDS: u64 = 10;
/// More kinds of edges are not told at once.
const EDGES_MOST: usize = 256;

/// One thing that went from one part to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Edge {
    from: String,
    to: String,
    kind: &'static str,
    label: String,
}

/// What one span tells of the flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    edge: Option<Edge>,
    error: bool,
    request: bool,
    event: bool,
    trace_id: [u8; 16],
}

impl Heard {
    /// By the semantic conventions that gateway, broker and functions keep.
    pub(crate) fn of(span: &SpanRecord, attributes: &Map<String, Value>) -> Self {
        let text = |name: &str| attributes.get(name).and_then(Value::as_str);
        let peer = || text("peer.service").or_else(|| text("server.address"));
        let event_type = || text("cloudevents.event_type").unwrap_or(&span.name);
        let edge = |from: &str, to: &str, kind, label: &str| {
            Some(Edge {
                from: first_label(from).to_owned(),
                to: first_label(to).to_owned(),
                kind,
                label: label.to_owned(),
            })
        };
        let service = span.service.as_str();
        let (is_gateway, is_broker) = (service == "gateway", service == "broker");
        let found = match span.kind {
            SpanKind::Server if is_gateway => {
                let to = peer().or_else(|| text("kong.service.name"));
                to.and_then(|to| edge("gateway", to, "request", &span.name))
            }
            SpanKind::Client if text("db.system.name").is_none() => {
                peer().and_then(|to| edge(service, to, "request", &span.name))
            }
            SpanKind::Producer if !is_broker => edge(service, "broker", "event", event_type()),
            SpanKind::Consumer if !is_broker => edge("broker", service, "event", event_type()),
            // The one who did not answer has no span of its own.
            SpanKind::Producer if span.error => {
                let to = text("souk.trigger").map(consumer);
                to.and_then(|to| edge("broker", to, "event", event_type()))
            }
            _ => None,
        };
        Self {
            edge: found,
            error: span.error,
            request: is_gateway && span.kind == SpanKind::Server,
            event: is_broker && span.kind == SpanKind::Consumer,
            trace_id: span.trace_id,
        }
    }
}

/// `orders.souk.svc.cluster.local` is called `orders`; an address stays as it is.
fn first_label(host: &str) -> &str {
    match host.split_once('.') {
        Some((name, rest)) if rest.ends_with("svc.cluster.local") => name,
        _ => host,
    }
}

/// Triggers are called `[<namespace>/]<consumer>-on-<what happened>`.
fn consumer(trigger: &str) -> &str {
    let name = trigger.rsplit_once('/').map_or(trigger, |(_, name)| name);
    name.split_once("-on-")
        .map_or(name, |(consumer, _)| consumer)
}

/// Counts of one kind of edge since they were told last.
#[derive(Debug, Clone, Default, Serialize)]
struct Count {
    count: u64,
    errors: u64,
    trace_id: String,
}

/// Per second, over the last ten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Rates {
    pub(crate) requests_per_second: f64,
    pub(crate) errors_per_second: f64,
    pub(crate) events_per_second: f64,
}

/// Listens to all spans.
pub(crate) struct Flow {
    started: Instant,
    seconds: Mutex<[Second; SECONDS as usize]>,
    waiting: Mutex<HashMap<Edge, Count>>,
    /// Whether somebody tells what waits, soon.
    telling: AtomicBool,
    told: broadcast::Sender<Arc<str>>,
}

/// What happened within one second.
#[derive(Debug, Clone, Copy, Default)]
struct Second {
    number: u64,
    requests: u64,
    errors: u64,
    events: u64,
}

impl Flow {
    pub(crate) fn new() -> Arc<Self> {
        let (told, _) = broadcast::channel(64);
        Arc::new(Self {
            started: Instant::now(),
            seconds: Mutex::default(),
            waiting: Mutex::default(),
            telling: AtomicBool::new(false),
            told,
        })
    }

    /// From now on: JSON documents `{"edges": [...]}`.
    pub(crate) fn follow(&self) -> broadcast::Receiver<Arc<str>> {
        self.told.subscribe()
    }

    /// What came in just now.
    pub(crate) fn hear(self: &Arc<Self>, all: &[Heard]) {
        self.count(all, self.started.elapsed().as_secs());
        if self.told.receiver_count() == 0 {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for heard in all {
            let Some(edge) = &heard.edge else { continue };
            if waiting.len() >= EDGES_MOST && !waiting.contains_key(edge) {
                continue;
            }
            let count = waiting.entry(edge.clone()).or_default();
            count.count += 1;
            count.errors += u64::from(heard.error);
            count.trace_id = hex::encode(&heard.trace_id);
        }
        let any = !waiting.is_empty();
        drop(waiting);
        if any && !self.telling.swap(true, Ordering::AcqRel) {
            let flow = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(TOLD_EVERY).await;
                flow.telling.store(false, Ordering::Release);
                flow.tell();
            });
        }
    }

    fn tell(&self) {
        let edges = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *waiting)
        };
        #[derive(Serialize)]
        struct Told {
            #[serde(flatten)]
            edge: Edge,
            #[serde(flatten)]
            count: Count,
        }
        let edges: Vec<Told> = edges
            .into_iter()
            .map(|(edge, count)| Told { edge, count })
            .collect();
        if !edges.is_empty() {
            let text = serde_json::json!({ "edges": edges }).to_string();
            // Who listened may be gone.
            let _ = self.told.send(text.into());
        }
    }

    fn count(&self, all: &[Heard], number: u64) {
        let mut seconds = self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(second) = seconds.get_mut((number % SECONDS) as usize) else {
            return;
        };
        if second.number != number {
            *second = Second {
                number,
                ..Second::default()
            };
        }
        for heard in all {
            second.requests += u64::from(heard.request);
            second.errors += u64::from(heard.request && heard.error);
            second.events += u64::from(heard.event);
        }
    }

    /// How much there was of late.
    pub(crate) fn rates(&self) -> Rates {
        self.rates_at(self.started.elapsed().as_secs())
    }

    fn rates_at(&self, now: u64) -> Rates {
        let seconds = self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        let late = seconds
            .iter()
            .filter(|one| now - one.number.min(now) < SECONDS);
        let sum = |of: fn(&Second) -> u64| {
            let sum: u64 = late.clone().map(of).sum();
            sum as f64 / SECONDS as f64
        };
        Rates {
            requests_per_second: sum(|one| one.requests),
            errors_per_second: sum(|one| one.errors),
            events_per_second: sum(|one| one.events),
        }
    }
}

#[cfg(test)]
mod tests;
