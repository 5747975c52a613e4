//! What the other commands may see and do while the shop is open.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures::stream::BoxStream;
use serde::Serialize;
use serde_json::Value;
use souk_broker::Broker;
use souk_engines::postgres::Promoter;
use souk_serving::TrafficChange;
use tokio::sync::watch;

use crate::clock::{self, Clock};
use crate::engine::{EngineStatus, EnginesView};
use crate::faults::{self, Faults};
use crate::stand_in::Announced;
use crate::wiring::Handles;

/// Looks into the running parts.
pub(crate) struct View {
    handles: Handles,
    engines: EnginesView,
    stand_ins: Vec<(String, watch::Receiver<Announced>)>,
    pub(crate) clock: Clock,
    pub(crate) faults: Arc<Faults>,
}

/// `souk ps --json`. Fields may be added; none goes away.
#[derive(Debug, Serialize)]
pub(crate) struct Parts {
    functions: Vec<Value>,
    stand_ins: Vec<StandInStatus>,
    engines: Vec<EngineStatus>,
    triggers: Vec<Value>,
    clock: clock::Status,
    /// `null`: the shop was opened without `--faults`.
    faults: Option<faults::Status>,
}

#[derive(Debug, Serialize)]
struct StandInStatus {
    name: String,
    pid: u32,
    restarts: u32,
    /// Where somebody can look at what it did.
    page: Option<String>,
}

impl View {
    pub(crate) fn new(
        handles: Handles,
        engines: EnginesView,
        stand_ins: Vec<(String, watch::Receiver<Announced>)>,
        clock: Clock,
        faults: Arc<Faults>,
    ) -> Self {
        Self {
            handles,
            engines,
            stand_ins,
            clock,
            faults,
        }
    }

    /// All parts, as they are now.
    pub(crate) async fn parts(&self) -> Parts {
        Parts {
            functions: self.handles.functions().await,
            stand_ins: self
                .stand_ins
                .iter()
                .map(|(name, said)| stand_in(name, &said.borrow()))
                .collect(),
            engines: self.engines.now(),
            triggers: self.handles.triggers().await,
            clock: self.clock.status(),
            faults: match self.faults.allowed {
                true => Some(self.faults.status().await),
                false => None,
            },
        }
    }

    /// The last events, and those to come when asked to follow: one JSON object a line.
    pub(crate) async fn events(
        &self,
        follow: bool,
    ) -> BoxStream<'static, Result<Bytes, std::io::Error>> {
        self.handles.events(follow).await
    }

    /// Who can promote PostgreSQL's replica, if the shop was opened with one.
    pub(crate) fn promoter(&self) -> Option<Promoter> {
        self.engines.promoter()
    }

    /// The broker, which looks at a clock that was moved.
    pub(crate) fn broker(&self) -> &Broker {
        self.handles.broker()
    }

    /// Changes where a function's requests go.
    pub(crate) fn set_traffic(&self, function: &str, change: &TrafficChange) -> Result<(), String> {
        self.handles.set_traffic(function, change)
    }

    /// Hands an event to the default broker and gives its answer.
    pub(crate) async fn send(&self, event: Bytes) -> Response<Body> {
        self.handles.send(event).await
    }
}

fn stand_in(name: &str, said: &Announced) -> StandInStatus {
    StandInStatus {
        name: name.to_owned(),
        pid: said.pid,
        restarts: said.restarts,
        page: said.entries.get("page").cloned(),
    }
}
