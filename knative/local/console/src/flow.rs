//! What flows between the parts right now: edges for the live map, and rates. Kept in memory only.

mod heard;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::broadcast;

use crate::record::Micros;
use crate::{hex, time};
use heard::Edge;

pub(crate) use heard::Heard;

/// Edges are told that often at most.
const TOLD_EVERY: Duration = Duration::from_millis(250);
/// Rates are those of the last seconds.
const SECONDS: u64 = 10;
/// More kinds of edges are not told at once.
const EDGES_MOST: usize = 256;

/// Counts of one kind of edge since they were told last, and the newest of them.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    count: u64,
    errors: u64,
    trace_id: [u8; 16],
    at: Micros,
}

impl Count {
    fn add(&mut self, heard: &Heard) {
        if self.count == 0 || heard.at >= self.at {
            self.at = heard.at;
            self.trace_id = heard.trace_id;
        }
        self.count += 1;
        self.errors += u64::from(heard.error);
    }
}

/// An edge as it is told.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    edge: Edge,
    count: u64,
    errors: u64,
    /// Of the newest.
    trace_id: String,
    /// When the newest began.
    at: String,
}

/// By when they began, whatever the order in which their spans came.
fn in_order(waiting: HashMap<Edge, Count>) -> Vec<Told> {
    let mut edges: Vec<(Edge, Count)> = waiting.into_iter().collect();
    edges.sort_by(|(edge, count), (other, its)| (count.at, edge).cmp(&(its.at, other)));
    let told = |(edge, count): (Edge, Count)| Told {
        edge,
        count: count.count,
        errors: count.errors,
        trace_id: hex::encode(&count.trace_id),
        at: time::rfc3339(count.at),
    };
    edges.into_iter().map(told).collect()
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
            waiting.entry(edge.clone()).or_default().add(heard);
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
        let waiting = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *waiting)
        };
        let edges = in_order(waiting);
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
