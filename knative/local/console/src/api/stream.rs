//! `GET /api/stream`: what changes, as it changes (server-sent events `overview`, `flow` and `faults`).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt as _, stream};
use serde_json::Value;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::overview::{now, with_time};
use crate::console::Console;

/// The overview is looked at that often.
const LOOKED_EVERY: Duration = Duration::from_secs(1);

pub(super) async fn follow(State(console): State<Console>) -> impl IntoResponse {
    let flow = Flowing {
        told: console.telemetry.flow().follow(),
    };
    let events = stream::select(flow.events(), Looking::at(console).events());
    Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::default())
}

/// Edges, as they are told.
struct Flowing {
    told: broadcast::Receiver<Arc<str>>,
}

impl Flowing {
    fn events(self) -> impl Stream<Item = Event> {
        stream::unfold(self, async |mut this| {
            loop {
                match this.told.recv().await {
                    Ok(edges) => {
                        return Some((Event::default().event("flow").data(&*edges), this));
                    }
                    // Who reads too slowly misses some; the next ones are as good.
                    Err(RecvError::Lagged(_)) => (),
                    Err(RecvError::Closed) => return None,
                }
            }
        })
    }
}

/// The overview, when it has changed, and the faults, when they have.
struct Looking {
    console: Console,
    ticks: Interval,
    last: Arc<Value>,
    faults: Value,
    /// Said with the next look.
    next: Option<Event>,
}

impl Looking {
    fn at(console: Console) -> Self {
        let mut ticks = interval(LOOKED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            console,
            ticks,
            last: Arc::default(),
            faults: Value::Null,
            next: None,
        }
    }

    fn events(self) -> impl Stream<Item = Event> {
        stream::unfold(self, async |mut this| {
            let event = this.next().await;
            Some((event, this))
        })
    }

    async fn next(&mut self) -> Event {
        if let Some(event) = self.next.take() {
            return event;
        }
        loop {
            self.ticks.tick().await;
            let overview = now(&self.console).await;
            if overview == self.last {
                continue;
            }
            self.last = Arc::clone(&overview);
            let faults = overview["parts"]["faults"].clone();
            if faults != self.faults {
                self.next = Some(Event::default().event("faults").data(faults.to_string()));
                self.faults = faults;
            }
            let document = with_time(&overview, self.console.telemetry.micros());
            return Event::default()
                .event("overview")
                .data(document.to_string());
        }
    }
}
