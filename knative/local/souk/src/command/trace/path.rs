//! An order's path: first why it is where it is, then what happened, oldest first.

use serde_json::Value;

use crate::terminal::table;

/// As a person reads it.
pub(super) fn text(path: &Value) -> String {
    let order = path["order_id"].as_str().unwrap_or("?");
    let state = path["state"].as_str().unwrap_or("unknown");
    let why = path["why"].as_str().unwrap_or_default();
    let mut parts = vec![format!("  order {order}: {state}\n  {why}")];
    let steps: Vec<&Value> = path["steps"].as_array().into_iter().flatten().collect();
    if !steps.is_empty() {
        let rows: Vec<Vec<String>> = steps.iter().map(|step| row(step)).collect();
        parts.push(table(&rows));
    }
    parts.extend(open(&path["open"]));
    parts.join("\n\n")
}

/// `10:02:11.482  event  inventory  took order.placed.v1  done`
fn row(step: &Value) -> Vec<String> {
    let word = |name: &str| step[name].as_str().unwrap_or_default().to_owned();
    let status = match step["status"].as_str() {
        Some("ok") | None => String::new(),
        Some(other) => other.to_uppercase(),
    };
    let said = match word("detail") {
        detail if detail.is_empty() => word("title"),
        detail => format!("{}: {detail}", word("title")),
    };
    let at = time(step["at"].as_str().unwrap_or_default());
    vec![at, word("kind"), word("who"), status, said]
}

/// The time of day to the millisecond; the date is in the order's own id and of no interest here.
fn time(at: &str) -> String {
    let parsed = chrono::DateTime::parse_from_rfc3339(at);
    parsed.map_or_else(
        |_| at.to_owned(),
        |at| at.to_utc().format("%T%.3f").to_string(),
    )
}

/// What would still have to happen.
fn open(open: &Value) -> Option<String> {
    let count = |name: &str| open[name].as_array().map_or(0, Vec::len);
    let (retries, letters) = (count("retries"), count("dead_letters"));
    let told = [
        (retries > 0).then(|| format!("deliveries that are tried again: {retries}")),
        (letters > 0).then(|| {
            format!(
                "dead letters: {letters} ({} dead-letters)",
                crate::terminal::here()
            )
        }),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| format!("  open: {}", told.join("; ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn why_an_order_is_where_it_is_stands_before_what_happened() {
        let path = json!({
            "order_id": "o-1", "state": "pending", "why": "The provider does not answer.",
            "steps": [
                { "at": "2030-01-01T10:02:11.482913Z", "kind": "request", "who": "orders", "title": "placed", "detail": "", "status": "ok" },
                { "at": "2030-01-01T10:02:12Z", "kind": "retry", "who": "payments", "title": "tried again", "detail": "503", "status": "waiting" },
            ],
            "open": { "retries": [{}], "dead_letters": [] },
        });
        let said = text(&path);
        let lines: Vec<&str> = said.lines().map(str::trim).collect();
        assert_eq!(lines[0], "order o-1: pending");
        assert_eq!(lines[1], "The provider does not answer.");
        assert!(
            lines[3].starts_with("10:02:11.482  request  orders"),
            "{said}"
        );
        assert!(lines[4].contains("WAITING  tried again: 503"), "{said}");
        assert_eq!(lines[6], "open: deliveries that are tried again: 1");
    }

    #[test]
    fn a_path_without_steps_is_told_all_the_same() {
        let said = text(&json!({ "order_id": "o-1", "state": "unknown" }));
        assert!(said.contains("order o-1: unknown"), "{said}");
    }
}
