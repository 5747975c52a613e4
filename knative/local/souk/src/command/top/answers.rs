//! What the console answers, asked for at the same time. A part that does not answer is left out, and the rest is shown.
//!
//! Orders and dead letters are functions', which would have to wake up: they are asked again only while events flow. Whoever watches a shop
//! is not to keep it awake.

use chrono::Utc;
use serde_json::Value;

use super::super::watcher::Watcher;
use crate::failure::Outcome;

/// Rates and quantiles are of that long.
const WINDOW_SECONDS: i64 = 60;
const STEP_SECONDS: i64 = 10;
const SHOWN: usize = 20;
const REQUESTS: &str = "http.server.request.duration";

/// The answers; `Null` where there was none.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    pub(super) overview: Value,
    pub(super) triggers: Value,
    pub(super) orders: Value,
    pub(super) errors: Value,
    pub(super) faults: Value,
    pub(super) audit: Value,
    /// Requests a second, by function and status.
    pub(super) requests: Value,
    /// Their 95th percentile, by function.
    pub(super) p95: Value,
}

impl Answers {
    /// All of them; `before` is what was answered before.
    ///
    /// Fails only when the overview cannot be had: then there is nobody to ask.
    pub(super) async fn get(watcher: &Watcher, before: Option<&Self>) -> Outcome<Self> {
        let overview = watcher.get("/api/overview").await?;
        let rest = async |path: String| watcher.get(&path).await.unwrap_or_default();
        let known = before.filter(|_| !is_busy(&overview));
        let of_functions = async |path: String, before: fn(&Self) -> &Value| match known {
            Some(known) => before(known).clone(),
            None => rest(path).await,
        };
        let requests = metric(&rest("/api/metrics".to_owned()).await);
        let (by, p95) = match &requests {
            Some(name) => (
                query(name, "rate", "service_name,http_response_status_code"),
                query(name, "p95", "service_name"),
            ),
            // Nobody has asked a function yet.
            None => (String::new(), String::new()),
        };
        let measured = async |path: String| match path.is_empty() {
            true => Value::Null,
            false => rest(path).await,
        };
        let (triggers, orders, errors, faults, audit, requests, p95) = tokio::join!(
            of_functions("/api/triggers".to_owned(), |before| &before.triggers),
            of_functions(format!("/api/orders?limit={SHOWN}"), |before| &before
                .orders),
            rest(format!("/api/traces?errors=true&limit={SHOWN}")),
            rest("/api/faults".to_owned()),
            rest("/api/audit".to_owned()),
            measured(by),
            measured(p95),
        );
        Ok(Self {
            overview,
            triggers,
            orders,
            errors,
            faults,
            audit,
            requests,
            p95,
        })
    }
}

/// Events flow, so functions are awake, and what they know may have changed.
fn is_busy(overview: &Value) -> bool {
    overview["rates"]["events_per_second"].as_f64() > Some(0.0)
}

/// What the console calls the functions' requests: it may use OpenTelemetry's names or Prometheus'.
fn metric(list: &Value) -> Option<String> {
    let wanted = plain(REQUESTS);
    let metrics = list["metrics"].as_array()?;
    let of_functions = metrics.iter().filter(|one| one["source"] == "functions");
    let mut names = of_functions.filter_map(|one| one["name"].as_str());
    let found = names.find(|name| plain(name).trim_end_matches("_seconds") == wanted)?;
    Some(found.to_owned())
}

fn plain(name: &str) -> String {
    name.replace('.', "_")
}

fn query(name: &str, shown_as: &str, by: &str) -> String {
    let now = Utc::now().timestamp();
    let from = now - WINDOW_SECONDS;
    format!(
        "/api/metrics/query?name={name}&source=functions&from={from}&to={now}&step={STEP_SECONDS}&as={shown_as}&by={by}"
    )
}

#[cfg(test)]
impl Answers {
    /// A shop in which everything happens at once.
    pub(super) fn of_a_busy_shop() -> Self {
        use serde_json::json;
        Self {
            overview: json!({
                "version": "0.1.0", "gateway": "http://127.0.0.1:8000", "opened_at": "2030-01-01T00:00:00Z",
                "now": "2030-01-01T01:05:00Z",
                "rates": { "requests_per_second": 12.5, "errors_per_second": 0.5, "events_per_second": 40.0 },
                "parts": { "functions": [
                    { "name": "orders", "instances": [{ "state": "ready", "in_flight": 1 }, { "state": "ready", "in_flight": 0 }], "cold_starts": 3 },
                    { "name": "payments", "instances": [], "failing": "exit code 1" },
                    { "name": "carts", "instances": [] },
                ], "triggers": [
                    { "name": "inventory-on-order-placed", "lag": 0, "retrying": [] },
                    { "name": "payments-on-payment-requested", "lag": 4, "in_flight": 1,
                      "retrying": [{ "type": "dev.souk.payment.requested.v1", "attempt": 3 }] },
                ]},
            }),
            triggers: json!({ "triggers": [
                { "name": "inventory-on-order-placed", "dead_letters_open": 0 },
                { "name": "payments-on-payment-requested", "dead_letters_open": 2 },
            ]}),
            orders: json!({ "orders": [
                { "order_id": "0192aaaa-0000-7000-8000-000000000001", "state": "confirmed", "placed_at": "2030-01-01T01:04:50Z",
                  "total": { "amount_minor": 1_250, "currency": "EUR" }, "lines": 2 },
            ]}),
            errors: json!({ "traces": [
                { "trace_id": "0af7651916cd43dd8448eb211c80319c", "name": "POST /v1/orders", "service": "gateway",
                  "started_at": "2030-01-01T01:04:58Z", "duration_ms": 812.0, "spans": 64, "errors": 3, "key": null },
            ]}),
            faults: json!({ "allowed": true, "provider": "fail", "mails": "normal", "broker_disk": "ok" }),
            audit: json!({ "running": false, "ended_at": "2030-01-01T01:04:00Z", "rules": [{ "rule": "a", "violations": [{}, {}] }, { "rule": "b", "violations": [] }] }),
            requests: json!({ "series": [
                { "labels": { "service_name": "orders", "http_response_status_code": "201" }, "points": [[1, 12.0], [2, null]] },
                { "labels": { "service_name": "orders", "http_response_status_code": "503" }, "points": [[1, 0.5]] },
            ]}),
            p95: json!({ "series": [{ "labels": { "service_name": "orders" }, "points": [[1, 0.34]] }] }),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use serde_json::json;

    use super::super::super::watcher::tests::shop;
    use super::*;

    #[test]
    fn the_functions_requests_are_found_whatever_the_console_calls_them() {
        let list =
            |name: &str, source: &str| json!({ "metrics": [{ "name": name, "source": source }] });
        assert!(metric(&list("http.server.request.duration", "functions")).is_some());
        assert!(metric(&list("http_server_request_duration_seconds", "functions")).is_some());
        assert!(metric(&list("http_server_request_duration_seconds", "platform")).is_none());
        assert!(metric(&Value::Null).is_none());
    }

    #[tokio::test]
    async fn a_part_that_does_not_answer_is_left_out() {
        let overview = || async { axum::Json(json!({ "version": "1" })) };
        let (_folder, data_dir, _lock) =
            shop(Router::new().route("/api/overview", get(overview))).await;
        let watcher = Watcher::of(&data_dir).unwrap();
        let answers = Answers::get(&watcher, None).await.unwrap();
        assert_eq!(answers.overview["version"], "1");
        assert!(answers.triggers.is_null());
    }

    #[tokio::test]
    async fn functions_are_asked_again_only_while_events_flow() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let orders = || async move {
            counted.fetch_add(1, Ordering::SeqCst);
            axum::Json(json!({ "orders": [] }))
        };
        let idle = || async { axum::Json(json!({ "rates": { "events_per_second": 0.0 } })) };
        let routes = Router::new()
            .route("/api/overview", get(idle))
            .route("/api/orders", get(orders));
        let (_folder, data_dir, _lock) = shop(routes).await;
        let watcher = Watcher::of(&data_dir).unwrap();
        let first = Answers::get(&watcher, None).await.unwrap();
        let second = Answers::get(&watcher, Some(&first)).await.unwrap();
        assert_eq!(second.orders, json!({ "orders": [] }), "as it was");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert!(is_busy(&json!({ "rates": { "events_per_second": 0.5 } })));
    }
}
