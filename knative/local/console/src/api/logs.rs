//! `GET /api/logs`, `GET /api/logs/stream`.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{StreamExt as _, stream};
use serde::Deserialize;
use tokio::sync::broadcast::{self, error::RecvError};

use super::{Asked, unreadable};
use crate::console::Console;
use crate::hex;
use crate::problem::Problem;
use crate::record::Level;
use crate::store::{LogFilter, LogLine, LogPage};

const LISTED: usize = 200;
const LISTED_MOST: usize = 2000;

#[derive(Deserialize)]
pub(super) struct Query {
    service: Option<String>,
    level: Option<String>,
    trace_id: Option<String>,
    q: Option<String>,
    before: Option<i64>,
    limit: Option<usize>,
}

pub(super) async fn list(
    State(console): State<Console>,
    Asked(query): Asked<Query>,
) -> Result<Json<LogPage>, Problem> {
    let page = console.telemetry.store().lines(filter(query)?).await;
    page.map(Json).map_err(unreadable)
}

pub(super) async fn follow(
    State(console): State<Console>,
    Asked(query): Asked<Query>,
) -> Result<impl IntoResponse, Problem> {
    let following = Following {
        filter: filter(query)?,
        lines: console.telemetry.store().follow(),
    };
    let events = stream::unfold(following, async |mut this| {
        let event = this.next().await?;
        Some((Ok::<_, Infallible>(event), this))
    });
    Ok(Sse::new(events.boxed()).keep_alive(KeepAlive::default()))
}

/// Who watches lines come.
struct Following {
    filter: LogFilter,
    lines: broadcast::Receiver<Arc<LogLine>>,
}

impl Following {
    async fn next(&mut self) -> Option<Event> {
        loop {
            match self.lines.recv().await {
                Ok(line) if self.filter.wants(&line) => {
                    let data = serde_json::to_string(&*line).ok()?;
                    return Some(
                        Event::default()
                            .event("line")
                            .id(line.id.to_string())
                            .data(data),
                    );
                }
                Ok(_) => (),
                Err(RecvError::Lagged(missed)) => {
                    let data = format!("{{\"missed\":{missed}}}");
                    return Some(Event::default().event("missed").data(data));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

fn filter(query: Query) -> Result<LogFilter, Problem> {
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let level =
        match some(query.level) {
            Some(name) => Some(Level::named(&name).ok_or_else(|| {
                Problem::bad_request("level is error, warn, info, debug or trace")
            })?),
            None => None,
        };
    let trace_id = match some(query.trace_id) {
        Some(id) => Some(
            hex::decode(&id)
                .ok_or_else(|| Problem::bad_request("a trace's id has 32 hexadecimal digits"))?,
        ),
        None => None,
    };
    Ok(LogFilter {
        limit: query.limit.unwrap_or(LISTED).clamp(1, LISTED_MOST),
        before: query.before,
        service: some(query.service),
        level,
        trace_id,
        text: some(query.q),
    })
}
