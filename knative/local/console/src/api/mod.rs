//! The JSON API over what was received.

mod asked;
mod logs;
mod metrics;
mod overview;
mod stream;
#[cfg(test)]
mod tests;
mod traces;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, get};

use crate::console::Console;
use crate::problem::Problem;

pub(crate) use asked::Asked;
pub(crate) use overview::LastLook;

/// The routes of this part.
pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/api/overview", get(overview::show))
        .route("/api/stream", get(stream::follow))
        .route("/api/traces", get(traces::list))
        .route("/api/traces/{trace_id}", get(traces::open))
        .route("/api/logs", get(logs::list))
        .route("/api/logs/stream", get(logs::follow))
        .route("/api/metrics", get(metrics::list))
        .route("/api/metrics/query", get(metrics::query))
        .route("/api/{*nothing}", any(nothing))
}

async fn nothing() -> Problem {
    Problem::not_found("there is nothing here; the README of souk-console lists what there is")
}

/// The history cannot be read.
fn unreadable(error: rusqlite::Error) -> Problem {
    tracing::warn!(%error, "the telemetry's history cannot be read");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        format!("the history cannot be read: {error}"),
    )
}
