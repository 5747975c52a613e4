//! What the shop answers as it is.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::Value;

use crate::console::Console;
use crate::problem::Problem;

/// A document, or a problem.
pub(super) type Answered = Result<Json<Value>, Problem>;

/// How many events are told at once, at most.
const EVENTS_MOST: usize = 1000;
/// How many, when nobody says.
const EVENTS: usize = 200;

/// Which events are wanted.
#[derive(Debug, Deserialize)]
pub(super) struct EventsQuery {
    limit: Option<usize>,
    #[serde(rename = "type")]
    event_type: Option<String>,
    /// The `partitionkey`.
    key: Option<String>,
}

pub(super) async fn triggers(State(console): State<Console>) -> Answered {
    console.shop.triggers().await.map(Json)
}

pub(super) async fn events(
    State(console): State<Console>,
    Query(query): Query<EventsQuery>,
) -> Answered {
    let limit = query.limit.unwrap_or(EVENTS).clamp(1, EVENTS_MOST);
    let (event_type, key) = (text(&query.event_type), text(&query.key));
    console.shop.events(limit, event_type, key).await.map(Json)
}

pub(super) async fn faults(State(console): State<Console>) -> Answered {
    console.shop.faults().await.map(Json)
}

pub(super) async fn change_faults(State(console): State<Console>, body: Bytes) -> Answered {
    let change =
        document(&body)?.ok_or_else(|| Problem::bad_request("say what to change, as JSON"))?;
    console.shop.change_faults(change).await.map(Json)
}

pub(super) async fn manifests(State(console): State<Console>) -> Answered {
    console.shop.manifests().await.map(Json)
}

pub(super) async fn audit(State(console): State<Console>) -> Answered {
    console.shop.audit().await.map(Json)
}

pub(super) async fn begin_audit(State(console): State<Console>) -> Answered {
    console.shop.begin_audit().await.map(Json)
}

/// A body that is JSON; none when it is empty.
pub(super) fn document(body: &[u8]) -> Result<Option<Value>, Problem> {
    if body.is_empty() {
        return Ok(None);
    }
    let read = serde_json::from_slice(body).map(Some);
    read.map_err(|error| Problem::bad_request(format!("the body is no JSON: {error}")))
}

/// A parameter that says something: a form sends empty ones too.
fn text(parameter: &Option<String>) -> Option<&str> {
    parameter.as_deref().filter(|text| !text.is_empty())
}
