//! A trace as an indented waterfall: a bar for when, a number for how long, the name for what.

use std::collections::BTreeSet;

use serde_json::Value;

use super::duration;
use super::tree::{Placed, placed};

/// How wide the bars are.
const COLUMNS: u64 = 30;

/// As a person reads it.
pub(super) fn text(trace: &Value) -> String {
    let spans = trace["spans"].as_array().map_or(&[][..], Vec::as_slice);
    let whole = number(&trace["duration_us"]);
    let rows = placed(spans);
    let mut lines = vec![head(trace, spans, whole)];
    lines.extend(rows.iter().map(|one| line(one, whole.max(1))));
    lines.join("\n")
}

fn head(trace: &Value, spans: &[Value], whole: u64) -> String {
    let id = trace["trace_id"].as_str().unwrap_or("?");
    let services: BTreeSet<&str> = spans
        .iter()
        .filter_map(|span| span["service"].as_str())
        .collect();
    let errors = spans.iter().filter(|span| span["error"] == true).count();
    let mut said = format!(
        "  trace {id}: {}, {} spans of {} services",
        duration(whole),
        spans.len(),
        services.len()
    );
    if errors > 0 {
        said.push_str(&format!(", {errors} with an error"));
    }
    if let Some(total) = trace["total"]
        .as_u64()
        .filter(|total| *total > spans.len() as u64)
    {
        said.push_str(&format!(" (the first of {total})"));
    }
    said
}

/// In a trace that took `whole` microseconds.
fn line(one: &Placed<'_>, whole: u64) -> String {
    let span = one.span;
    let word = |name: &str| span[name].as_str().unwrap_or("?");
    let start = number(&span["start_us"]);
    let length = number(&span["duration_us"]);
    let mut said = format!(
        "  {}  {:>10}  {:indent$}{}  {}",
        bar(start, length, whole),
        duration(length),
        "",
        word("service"),
        word("name"),
        indent = 2 * one.depth,
    );
    let retries = span["events"].as_array().into_iter().flatten();
    let retries = retries.filter(|event| event["name"] == "retry").count();
    if retries > 0 {
        said.push_str(&format!("  [tried again {retries} times]"));
    }
    if span["error"] == true {
        let why = span["status"].as_str().filter(|why| !why.is_empty());
        said.push_str(&format!("  ERROR {}", why.unwrap_or_default()));
    }
    if one.is_orphan {
        said.push_str("  (its parent is not here)");
    }
    said.trim_end().to_owned()
}

/// `·····████·····`; a span that took no time is still one column.
fn bar(start: u64, length: u64, whole: u64) -> String {
    let column = |at: u64| at.saturating_mul(COLUMNS) / whole;
    let from = column(start).min(COLUMNS - 1);
    let to = column(start + length).clamp(from + 1, COLUMNS);
    (0..COLUMNS)
        .map(|at| {
            if (from..to).contains(&at) {
                '█'
            } else {
                '·'
            }
        })
        .collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trace_is_a_line_for_each_span_indented_by_its_depth() {
        let trace = json!({ "trace_id": "abc", "duration_us": 300_000, "spans": [
            { "id": "1", "parent": null, "service": "gateway", "name": "POST /v1/orders", "start_us": 0, "duration_us": 100_000, "error": false, "events": [] },
            { "id": "2", "parent": "1", "service": "orders", "name": "POST /v1/orders", "start_us": 10_000, "duration_us": 80_000, "error": true, "status": "503",
              "events": [{ "name": "retry" }, { "name": "other" }] },
            { "id": "3", "parent": "0", "service": "broker", "name": "receive", "start_us": 290_000, "duration_us": 10_000, "error": false, "events": [] },
        ]});
        let said = text(&trace);
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(
            lines[0],
            "  trace abc: 300 ms, 3 spans of 3 services, 1 with an error"
        );
        assert!(lines[1].ends_with("  gateway  POST /v1/orders"), "{said}");
        assert!(
            lines[2].ends_with("    orders  POST /v1/orders  [tried again 1 times]  ERROR 503"),
            "{said}"
        );
        assert!(
            lines[3].ends_with("broker  receive  (its parent is not here)"),
            "{said}"
        );
    }

    #[test]
    fn a_bar_begins_and_ends_where_the_span_does() {
        assert_eq!(bar(0, 300, 300).matches('█').count(), 30);
        assert_eq!(bar(100, 100, 300).find('█'), Some(10 * '·'.len_utf8()));
        assert_eq!(bar(100, 100, 300).matches('█').count(), 10);
        assert_eq!(
            bar(300, 0, 300).matches('█').count(),
            1,
            "no time is one column"
        );
        assert_eq!(
            bar(900, 10, 300).chars().count(),
            30,
            "a clock that was wrong"
        );
    }

    #[test]
    fn a_trace_without_spans_is_a_head() {
        let said = text(&json!({ "trace_id": "abc", "spans": [] }));
        assert_eq!(said, "  trace abc: 0.0 ms, 0 spans of 0 services");
    }
}
