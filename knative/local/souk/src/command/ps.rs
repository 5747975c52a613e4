//! `souk ps`: what runs, what sleeps, what lags behind.

use serde_json::Value;

use crate::cli::JsonOption;
use crate::control::client::{ask, get};
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, table};

/// Prints the shop's parts.
pub(crate) fn print(options: &JsonOption, data_dir: &DataDir) -> Outcome {
    let said = ask(get(data_dir, "/ps"))?;
    if options.json {
        answer(&said);
        return Ok(());
    }
    let parts: Value = serde_json::from_str(&said).map_err(|error| {
        Failure::new(
            format!("the shop's answer is no JSON: {error}"),
            "Is it of another version?",
        )
    })?;
    answer(&text(&parts));
    Ok(())
}

fn text(parts: &Value) -> String {
    let sections = [
        section(
            parts,
            "functions",
            &[
                "FUNCTION",
                "INSTANCES",
                "IN FLIGHT",
                "COLD STARTS",
                "LAST REQUEST",
            ],
            function,
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
            &["ENGINE", "VERSION", "PID", "ADDRESS"],
            |one| cells(one, &["name", "version", "pid", "address"]),
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
                    ],
                )
            },
        ),
    ];
    sections
        .into_iter()
        .flatten()
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

fn function(one: &Value) -> Vec<String> {
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
    let shown = if instances.is_empty() {
        "asleep".to_owned()
    } else {
        instances.join(", ")
    };
    let mut row = vec![cell(&one["name"]), shown, in_flight.to_string()];
    row.extend(cells(one, &["cold_starts", "last_request_at"]));
    row
}

fn instance(one: &Value) -> String {
    format!("{} ({})", cell(&one["state"]), cell(&one["pid"]))
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
            { "name": "orders", "instances": [{ "pid": 7, "state": "ready", "in_flight": 2 }] },
            { "name": "carts", "instances": [] },
        ]});
        let said = text(&parts);
        let rows: Vec<Vec<&str>> = said
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(rows[1], ["orders", "ready", "(7)", "2"]);
        assert_eq!(rows[2], ["carts", "asleep", "0"]);
    }
}
