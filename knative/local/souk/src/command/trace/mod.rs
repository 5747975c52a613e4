//! `souk trace`: an order's path and why it is where it is, then its traces as waterfalls.

mod path;
mod tree;
mod waterfall;

use serde_json::{Value, json};

use super::watcher::Watcher;
use crate::cli::TraceOptions;
use crate::control::client::ask;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::platform::segment;
use crate::terminal::{answer, here, pretty};

/// Of a trace's id.
const HEX_DIGITS: usize = 32;

/// An order's path, when an order was asked for, and the traces.
pub(super) struct Told {
    path: Option<Value>,
    traces: Vec<Value>,
}

/// Prints them.
pub(crate) fn print(options: &TraceOptions, data_dir: &DataDir) -> Outcome {
    let told = ask(async { find(&Watcher::of(data_dir)?, &options.id).await })?;
    let text = match options.json {
        true => pretty(&json!({ "path": told.path, "traces": told.traces }))?,
        false => text(&told),
    };
    answer(&text);
    Ok(())
}

/// A trace by its own id, else an order with all its traces.
pub(super) async fn find(watcher: &Watcher, id: &str) -> Outcome<Told> {
    if is_trace_id(id) {
        let id = id.to_ascii_lowercase();
        if let Some(trace) = watcher.find(&format!("/api/traces/{id}")).await? {
            return Ok(Told {
                path: None,
                traces: vec![trace],
            });
        }
    }
    let path = watcher
        .find(&format!("/api/orders/{}/path", segment(id)))
        .await?;
    let path = path.ok_or_else(|| unknown(id))?;
    let mut traces = Vec::new();
    for trace_id in path["traces"].as_array().into_iter().flatten() {
        let id = trace_id.as_str().unwrap_or_default();
        // The history is bounded: an old trace may have gone.
        traces.extend(
            watcher
                .find(&format!("/api/traces/{}", segment(id)))
                .await?,
        );
    }
    Ok(Told {
        path: Some(path),
        traces,
    })
}

/// As a person reads it.
pub(super) fn text(told: &Told) -> String {
    let path = told.path.iter().map(path::text);
    let traces = told.traces.iter().map(waterfall::text);
    let mut parts: Vec<String> = path.chain(traces).collect();
    if told.traces.is_empty() {
        parts.push("  no trace of it is kept any more".to_owned());
    }
    parts.join("\n\n")
}

fn is_trace_id(id: &str) -> bool {
    id.len() == HEX_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn unknown(id: &str) -> Failure {
    let what = match is_trace_id(id) {
        true => format!("there is no trace {id} here (any more), and no such order"),
        false => format!("there is no order {id}"),
    };
    let remedy = format!(
        "The newest orders, and traces with errors: {} top --once",
        here()
    );
    Failure::new(what, remedy)
}

/// `1.2 ms`, `340 ms`, `2.50 s`, `3 min 5 s`.
fn duration(microseconds: u64) -> String {
    match microseconds {
        us @ ..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        us @ ..1_000_000 => format!("{} ms", us / 1_000),
        us @ ..120_000_000 => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
        us => format!("{} min {} s", us / 60_000_000, us % 60_000_000 / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;

    use super::super::watcher::tests::shop;
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(duration(1_250), "1.2 ms");
        assert_eq!(duration(340_900), "340 ms");
        assert_eq!(duration(2_505_000), "2.50 s");
        assert_eq!(duration(185_000_000), "3 min 5 s");
    }

    #[tokio::test]
    async fn an_order_is_told_with_its_traces_and_one_that_has_gone_is_left_out() {
        let path = || async { axum::Json(json!({ "order_id": "o", "traces": [TRACE, "gone"] })) };
        let trace = || async { axum::Json(json!({ "trace_id": TRACE })) };
        let routes = Router::new()
            .route("/api/orders/o/path", get(path))
            .route(&format!("/api/traces/{TRACE}"), get(trace));
        let (_folder, data_dir, _lock) = shop(routes).await;
        let watcher = Watcher::of(&data_dir).unwrap();
        let told = find(&watcher, "o").await.unwrap();
        assert_eq!(told.path.unwrap()["order_id"], "o");
        assert_eq!(told.traces.len(), 1);
        let told = find(&watcher, &TRACE.to_uppercase()).await.unwrap();
        assert!(told.path.is_none());
        let unknown = find(&watcher, "other").await.err().unwrap().to_string();
        assert!(unknown.contains("no order other"), "{unknown}");
    }
}
