//! `souk ps`: what runs, what sleeps, what lags behind.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::cli::JsonOption;
use crate::clock::span;
use crate::command::{faults, revisions};
use crate::control::client::{ask, get, show};
use crate::data_dir::DataDir;
use crate::failure::Outcome;
use crate::terminal::table;

/// Prints the shop's parts.
pub(crate) fn print(options: &JsonOption, data_dir: &DataDir) -> Outcome {
    let said = ask(get(data_dir, "/ps"))?;
    show(&said, options.json, |parts| text(parts, now_of(parts)))
}

/// The shop's time, which may be ahead of this machine's.
pub(super) fn now_of(parts: &Value) -> DateTime<Utc> {
    let now = parts["clock"]["now"].as_str();
    now.and_then(|now| now.parse().ok())
        .unwrap_or_else(Utc::now)
}

/// What is not as it would be in production.
fn warnings(parts: &Value) -> Option<String> {
    let moved = parts["clock"]["moved_seconds"]
        .as_u64()
        .filter(|moved| *moved > 0);
    let moved = moved.map(|moved| format!("  The clock is {} ahead of this machine.", span(moved)));
    let faults = faults::in_short(&parts["faults"]).map(|line| format!("  {line}"));
    let warnings: Vec<String> = moved.into_iter().chain(faults).collect();
    (!warnings.is_empty()).then(|| warnings.join("\n"))
}

fn text(parts: &Value, now: DateTime<Utc>) -> String {
    let sections = [
        section(
            parts,
            "functions",
            &[
                "FUNCTION",
                "REVISION",
                "INSTANCES",
                "IN FLIGHT",
                "COLD STARTS",
                "LAST REQUEST",
            ],
            |one| function(one, now),
        ),
        section(
            parts,
            "stand_ins",
            &["STAND-IN", "PID", "RESTARTS", "PAGE"],
            |one| cells(one, &["name", "pid", "restarts", "page"]),
        ),
        section(
            parts,
            "engines",
            &["ENGINE", "VERSION", "PID", "ADDRESS", "REPLICATION"],
            engine,
        ),
        section(
            parts,
            "triggers",
            &[
                "TRIGGER",
                "LAG",
                "DELIVERED",
                "RETRIED",
                "DEAD LETTERS",
                "LOST",
                "LAST FAILURE",
            ],
            |one| {
                cells(
                    one,
                    &[
                        "name",
                        "lag",
                        "delivered",
                        "retried",
                        "dead_lettered",
                        "lost",
                        "last_failure",
                    ],
                )
            },
        ),
    ];
    let functions = parts["functions"].as_array().into_iter().flatten();
    let sentences: Vec<String> = functions
        .flat_map(revisions::sentences)
        .map(|sentence| format!("  {sentence}"))
        .collect();
    let sentences = (!sentences.is_empty()).then(|| sentences.join("\n"));
    sections
        .into_iter()
        .flatten()
        .chain(sentences)
        .chain(warnings(parts))
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn section(
    parts: &Value,
    key: &str,
    head: &[&str],
    row: impl Fn(&Value) -> Vec<String>,
) -> Option<String> {
    let rows = parts[key].as_array().filter(|rows| !rows.is_empty())?;
    let head = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows.iter().map(row)).collect();
    Some(table(&rows))
}

fn function(one: &Value, now: DateTime<Utc>) -> Vec<String> {
    let instances: Vec<String> = one["instances"]
        .as_array()
        .into_iter()
        .flatten()
        .map(instance)
        .collect();
    let in_flight: u64 = one["instances"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|i| i["in_flight"].as_u64())
        .sum();
    let shown = match (instances.is_empty(), one["failing"].as_str()) {
        (true, Some(why)) => format!("failing: {why}"),
        (true, None) => "asleep".to_owned(),
        (false, _) => instances.join(", "),
    };
    vec![
        cell(&one["name"]),
        revision(one),
        shown,
        in_flight.to_string(),
        cell(&one["cold_starts"]),
        ago(&one["last_request_at"], now),
    ]
}

/// `orders-00002`, or who shares the requests: `orders-00001 95 %, orders-00002 5 %`.
fn revision(one: &Value) -> String {
    let revisions = one["revisions"].as_array().into_iter().flatten();
    let shares: Vec<(String, u64)> = revisions
        .filter_map(|one| Some((cell(&one["name"]), one["percent"].as_u64()?)))
        .filter(|(_, percent)| *percent > 0)
        .collect();
    match shares.as_slice() {
        [] => cell(&one["revision"]),
        [(only, _)] => only.clone(),
        shares => {
            let shares: Vec<String> = shares
                .iter()
                .map(|(name, percent)| format!("{name} {percent} %"))
                .collect();
            shares.join(", ")
        }
    }
}

fn instance(one: &Value) -> String {
    match &one["pid"] {
        Value::Null => cell(&one["state"]),
        pid => format!("{} (pid {pid})", cell(&one["state"])),
    }
}

/// `12 s ago`: what is asked about a function is rather how long it has been idle than what the clock said.
fn ago(then: &Value, now: DateTime<Utc>) -> String {
    let Some(then) = then.as_str() else {
        return "never".to_owned();
    };
    match DateTime::parse_from_rfc3339(then) {
        Ok(then) => match (now - then.to_utc()).num_seconds().max(0) {
            seconds @ ..120 => format!("{seconds} s ago"),
            seconds @ ..7_200 => format!("{} min ago", seconds / 60),
            seconds => format!("{} h ago", seconds / 3_600),
        },
        Err(_) => then.to_owned(),
    }
}

/// `primary, synchronous`; `replica, 0 bytes behind`.
fn engine(one: &Value) -> Vec<String> {
    let replication = &one["replication"];
    let mode = match replication["mode"].as_str() {
        Some("alone") => "not waiting for a replica",
        Some("joining") => "waiting for the replica to catch up",
        mode => mode.unwrap_or_default(),
    };
    let said = match (replication["role"].as_str(), &replication["lag_bytes"]) {
        (Some("replica"), Value::Number(bytes)) => format!("replica, {bytes} bytes behind"),
        (Some("replica"), _) => "replica, does not follow yet".to_owned(),
        (Some(role), _) => format!("{role}, {mode}"),
        (None, _) => String::new(),
    };
    let mut row = cells(one, &["name", "version", "pid", "address"]);
    row.push(said);
    row
}

fn cells(one: &Value, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| cell(&one[*key])).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_function_without_instances_is_asleep() {
        let parts = json!({ "functions": [
            { "name": "orders", "instances": [{ "pid": 7, "state": "ready", "in_flight": 2 }], "revision": "orders-00002",
              "pending": "orders-00003 is not ready",
              "revisions": [{ "name": "orders-00001", "percent": 95 }, { "name": "orders-00002", "percent": 5 }] },
            { "name": "carts", "instances": [], "revision": "carts-00001",
              "revisions": [{ "name": "carts-00001", "percent": 100 }] },
        ]});
        let said = text(&parts, Utc::now());
        let rows: Vec<Vec<&str>> = said
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        let shares = [
            "orders",
            "orders-00001",
            "95",
            "%,",
            "orders-00002",
            "5",
            "%",
        ];
        assert_eq!(
            rows[1],
            [&shares[..], &["ready", "(pid", "7)", "2", "never"]].concat()
        );
        assert_eq!(rows[2], ["carts", "carts-00001", "asleep", "0", "never"]);
        assert!(said.ends_with("\n\n  orders-00003 is not ready"), "{said}");
    }

    #[test]
    fn a_clock_that_was_moved_and_faults_are_shown() {
        let parts = json!({
            "clock": { "now": "2026-01-01T00:00:00Z", "moved_seconds": 1_800 },
            "faults": { "broker_disk": "full" },
        });
        let said = text(&parts, now_of(&parts));
        assert!(
            said.contains("30 min ahead") && said.contains("broker-disk: full"),
            "{said}"
        );
        assert_eq!(now_of(&parts).to_rfc3339(), "2026-01-01T00:00:00+00:00");
    }

    #[test]
    fn two_servers_say_what_they_are_to_each_other() {
        let replication =
            |role: &str| json!({ "role": role, "mode": "synchronous", "lag_bytes": 0 });
        let parts = json!({ "engines": [
            { "name": "postgresql", "replication": replication("primary") },
            { "name": "postgresql-replica", "replication": replication("replica") },
        ]});
        let said = text(&parts, Utc::now());
        assert!(said.contains("primary, synchronous"), "{said}");
        assert!(said.contains("replica, 0 bytes behind"), "{said}");
    }

    #[test]
    fn a_function_that_does_not_come_up_says_why() {
        let parts = json!({ "functions": [
            { "name": "orders", "instances": [], "failing": "exit code 1" },
        ]});
        assert!(text(&parts, Utc::now()).contains("failing: exit code 1"));
    }

    #[test]
    fn the_last_request_is_told_by_how_long_ago_it_was() {
        let now = DateTime::from_timestamp(100_000, 0).unwrap();
        let told = |seconds: i64| {
            let then = now - chrono::TimeDelta::seconds(seconds);
            ago(&json!(then.to_rfc3339()), now)
        };
        assert_eq!(told(12), "12 s ago");
        assert_eq!(told(150), "2 min ago");
        assert_eq!(told(10_000), "2 h ago");
        assert_eq!(told(-1), "0 s ago", "clocks are set");
        assert_eq!(ago(&Value::Null, now), "never");
    }
}
