//! `GET /api/overview`: all parts at one look.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::console::Console;
use crate::record::Micros;
use crate::time::rfc3339;

/// Many may look; the parts are asked that often at most.
const KEPT_FOR: Duration = Duration::from_millis(500);

/// The last look.
#[derive(Clone, Default)]
pub(crate) struct LastLook(Arc<Mutex<Option<Look>>>);

#[derive(Clone)]
struct Look {
    at: Instant,
    overview: Arc<Value>,
}

pub(super) async fn show(State(console): State<Console>) -> Json<Value> {
    let overview = now(&console).await;
    Json(with_time(&overview, console.telemetry.micros()))
}

/// Without the time, so that two looks are the same when nothing has changed.
pub(super) async fn now(console: &Console) -> Arc<Value> {
    let kept = console.last_look.get();
    if let Some(look) = kept.filter(|look| look.at.elapsed() < KEPT_FOR) {
        return look.overview;
    }
    let about = &console.about;
    let mut parts = console.shop.parts().await;
    if let Some(clock) = parts.pointer_mut("/clock").and_then(Value::as_object_mut) {
        clock.remove("now");
    }
    let overview = Arc::new(json!({
        "version": about.version,
        "opened_at": rfc3339(about.opened_at.timestamp_micros()),
        "gateway": about.gateway,
        "data_dir": about.data_dir,
        "telemetry": console.telemetry.amounts(),
        "parts": parts,
        "rates": console.telemetry.flow().rates(),
    }));
    console.last_look.set(Look {
        at: Instant::now(),
        overview: Arc::clone(&overview),
    });
    overview
}

impl LastLook {
    fn get(&self) -> Option<Look> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    fn set(&self, look: Look) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(look);
    }
}

/// The document that is given out.
pub(super) fn with_time(overview: &Value, now: Micros) -> Value {
    let mut overview = overview.clone();
    let now = Value::String(rfc3339(now));
    if let Some(clock) = overview
        .pointer_mut("/parts/clock")
        .and_then(Value::as_object_mut)
    {
        clock.insert("now".to_owned(), now.clone());
    }
    if let Some(members) = overview.as_object_mut() {
        members.insert("now".to_owned(), now);
    }
    overview
}
