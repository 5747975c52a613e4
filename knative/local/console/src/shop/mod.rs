//! What the console asks of the shop behind it, and the routes that pass it on.

mod dead_letters;
mod orders;
mod passed_on;
mod path;
mod spans;

use async_trait::async_trait;
use axum::Router;
use axum::routing::{get, post};
use serde_json::Value;

use crate::console::Console;
use crate::problem::Answer;

/// The shop, as the console sees it. `souk` implements it.
///
/// Every answer is the JSON of the API as it stands in the README; a part that does not answer is a problem, never a hanging call.
#[async_trait]
pub trait Shop: Send + Sync + 'static {
    /// All parts, as `souk ps --json` says them.
    async fn parts(&self) -> Value;

    /// The metrics of the platform, in Prometheus' text format: what the runtime's own `/metrics` answers.
    async fn platform_metrics(&self) -> String;

    /// `GET /api/orders`: the newest orders.
    async fn orders(&self, limit: usize) -> Answer;

    /// What is known of one order, for its path to be told from; 404 when orders says that there is none.
    ///
    /// `now`, `order_id`; `order`, `payment`, `shipment`, `events` (oldest first) and `dead_letters`, each `{"said": <answer>}` or
    /// `{"silent": "<why>"}`; `functions`, `triggers` and `faults` as in [`Shop::parts`]; `payment_window_seconds`.
    async fn order_facts(&self, order_id: &str) -> Answer;

    /// `GET /api/triggers`.
    async fn triggers(&self) -> Answer;

    /// `GET /api/events`: the broker's newest events, filtered.
    async fn events(&self, limit: usize, event_type: Option<&str>, key: Option<&str>) -> Answer;

    /// One request to the shop's own dead letters, as the operator: `path` follows `/v1/dead-letters`, with its query.
    async fn dead_letters(&self, method: http::Method, path: &str, body: Option<Value>) -> Answer;

    /// The fault switches as they are.
    async fn faults(&self) -> Answer;

    /// Changes some of them; gives them as they are then.
    async fn change_faults(&self, change: Value) -> Answer;

    /// `GET /api/manifests`: what was loaded, Secrets' values masked.
    async fn manifests(&self) -> Answer;

    /// The last audit's report, or `{"running": true}`.
    async fn audit(&self) -> Answer;

    /// Begins an audit, if none runs.
    async fn begin_audit(&self) -> Answer;
}

/// The routes of this part.
pub(crate) fn routes() -> Router<Console> {
    let letters = "/api/dead-letters";
    Router::new()
        .route("/api/orders", get(orders::list))
        .route("/api/orders/{order_id}/path", get(orders::path))
        .route("/api/triggers", get(passed_on::triggers))
        .route("/api/events", get(passed_on::events))
        .route(
            "/api/faults",
            get(passed_on::faults).put(passed_on::change_faults),
        )
        .route("/api/manifests", get(passed_on::manifests))
        .route(
            "/api/audit",
            get(passed_on::audit).post(passed_on::begin_audit),
        )
        .route(letters, get(dead_letters::list))
        .route(
            "/api/dead-letters/redrive",
            post(dead_letters::redrive_many),
        )
        .route(
            "/api/dead-letters/discard",
            post(dead_letters::discard_many),
        )
        .route(
            "/api/dead-letters/{dead_letter_id}",
            get(dead_letters::show),
        )
        .route(
            "/api/dead-letters/{dead_letter_id}/redrive",
            post(dead_letters::redrive),
        )
        .route(
            "/api/dead-letters/{dead_letter_id}/discard",
            post(dead_letters::discard),
        )
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
