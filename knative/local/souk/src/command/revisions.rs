//! `souk revisions`: each function's revisions, whether they come up, and what goes to them.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::cli::RevisionsOptions;
use crate::command::ps::now_of;
use crate::control::client::{ask, get, read};
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, table};

/// How much of a digest tells two apart.
const DIGITS: usize = 12;

/// Prints the revisions of one function or of all.
pub(crate) fn print(options: &RevisionsOptions, data_dir: &DataDir) -> Outcome {
    print_of(options.service.as_deref(), options.json, data_dir)
}

pub(super) fn print_of(service: Option<&str>, json: bool, data_dir: &DataDir) -> Outcome {
    let said = ask(get(data_dir, "/ps"))?;
    let parts: Value = read(&said)?;
    let functions: Vec<&Value> = parts["functions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|one| service.is_none_or(|wanted| is_named(one, wanted)))
        .collect();
    if let (Some(service), true) = (service, functions.is_empty()) {
        return Err(Failure::new(format!("there is no function {service}"), ""));
    }
    if json {
        answer(&format!("{:#}", Value::from(all(&functions))));
    } else {
        answer(&text(&functions, now_of(&parts)));
    }
    Ok(())
}

fn is_named(function: &Value, wanted: &str) -> bool {
    let (namespace, name) = match wanted.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, wanted),
    };
    function["name"] == name && namespace.is_none_or(|wanted| function["namespace"] == wanted)
}

/// The revisions, each with its function's name.
fn all(functions: &[&Value]) -> Vec<Value> {
    let of = |function: &&Value| {
        let service = function["name"].clone();
        let revisions = function["revisions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        revisions.into_iter().map(move |mut revision| {
            revision["service"] = service.clone();
            revision
        })
    };
    functions.iter().flat_map(of).collect()
}

fn text(functions: &[&Value], now: DateTime<Utc>) -> String {
    let head = [
        "REVISION",
        "READY",
        "TRAFFIC",
        "TAGS",
        "INSTANCES",
        "DIGEST",
        "AGE",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(all(functions).iter().map(|revision| row(revision, now)));
    let mut parts = vec![table(&rows)];
    let sentences = functions.iter().flat_map(|one| sentences(one));
    parts.extend(sentences.map(|sentence| format!("  {sentence}")));
    parts.join("\n")
}

/// What is not as it should be.
pub(super) fn sentences(function: &Value) -> impl Iterator<Item = String> {
    let sentences = ["pending", "held_back"].map(|key| function[key].as_str().map(str::to_owned));
    sentences.into_iter().flatten()
}

fn row(revision: &Value, now: DateTime<Utc>) -> Vec<String> {
    let text = |key: &str| revision[key].as_str().unwrap_or_default().to_owned();
    let latest = if revision["latest"] == true {
        " @latest"
    } else {
        ""
    };
    let percent = match revision["percent"].as_u64() {
        Some(0) | None => String::new(),
        Some(percent) => format!("{percent} %"),
    };
    let tags = revision["tags"].as_array().into_iter().flatten();
    let tags: Vec<&str> = tags.filter_map(Value::as_str).collect();
    let digest = text("digest");
    let digest = digest.trim_start_matches("sha256:");
    vec![
        format!("{}{latest}", text("name")),
        text("ready"),
        percent,
        tags.join(" "),
        revision["instances"]
            .as_array()
            .map_or(0, Vec::len)
            .to_string(),
        digest.chars().take(DIGITS).collect(),
        age(&text("created_at"), now),
    ]
}

fn age(then: &str, now: DateTime<Utc>) -> String {
    let Ok(then) = DateTime::parse_from_rfc3339(then) else {
        return then.to_owned();
    };
    match (now - then.to_utc()).num_seconds().max(0) {
        seconds @ ..120 => format!("{seconds}s"),
        seconds @ ..7_200 => format!("{}m", seconds / 60),
        seconds @ ..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_revision_has_a_line_and_what_is_wrong_stands_below() {
        let function = json!({
            "name": "orders", "namespace": "souk", "pending": "orders-00002 is not ready: exit status: 1",
            "revisions": [
                {"name": "orders-00001", "ready": "True", "percent": 100, "tags": [], "latest": true, "instances": [{}],
                 "digest": "sha256:0123456789abcdef", "created_at": "1970-01-01T00:00:00Z"},
                {"name": "orders-00002", "ready": "False", "percent": 0, "tags": ["smoke"], "latest": false,
                 "instances": [], "digest": null, "created_at": "1970-01-01T02:00:00Z"},
            ],
        });
        let said = text(&[&function], DateTime::from_timestamp(7_230, 0).unwrap());
        let rows: Vec<Vec<&str>> = said
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            rows[1],
            [
                "orders-00001",
                "@latest",
                "True",
                "100",
                "%",
                "1",
                "0123456789ab",
                "2h"
            ]
        );
        assert_eq!(rows[2], ["orders-00002", "False", "smoke", "0", "30s"]);
        assert!(
            said.ends_with("  orders-00002 is not ready: exit status: 1"),
            "{said}"
        );
        assert!(is_named(&function, "orders") && is_named(&function, "souk/orders"));
        assert!(!is_named(&function, "shop/orders"));
    }
}
