//! `souk dead-letters`: the events that no consumer took, and what is to become of them.

mod show;

use std::collections::BTreeMap;

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::{DeadLettersAction, DeadLettersOptions, LetterFilter, Which};
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::platform::{Platform, segment};
use crate::terminal::{answer, here};

const DEAD_LETTERS: &str = "/v1/dead-letters";
const PAGE_ITEMS: usize = 100;
/// What one request takes.
const AT_ONCE: usize = 100;
/// Requests of one command: enough for a bad day, and an end to it.
const REQUESTS_MAX: usize = 200;

#[derive(Deserialize)]
struct Page {
    items: Vec<Value>,
    next_cursor: Option<String>,
}

/// What became of the letters of one request.
#[derive(Deserialize)]
struct Results {
    results: Vec<Value>,
    remaining: Option<u64>,
}

/// Does what it is told, and prints what became of it.
pub(crate) fn run(options: &DeadLettersOptions, data_dir: &DataDir) -> Outcome {
    let as_json = options.json;
    let (told, undone) = Platform::as_operator(data_dir, async |platform| {
        let everything = LetterFilter {
            event_type: None,
            destination: None,
            since: None,
        };
        match &options.action {
            None => list(platform, "open", &everything, PAGE_ITEMS, as_json).await,
            Some(DeadLettersAction::List {
                status,
                filter,
                limit,
            }) => list(platform, status, filter, *limit, as_json).await,
            Some(DeadLettersAction::Show { dead_letter_id }) => {
                let path = format!("{DEAD_LETTERS}/{}", segment(dead_letter_id));
                let letter: Value = platform.ask("show", (Method::GET, &path), None).await?;
                Ok((show::whole(&letter, as_json)?, 0))
            }
            Some(DeadLettersAction::Redrive { which }) => {
                deal(platform, "redrive", which, json!({}), as_json).await
            }
            Some(DeadLettersAction::Discard { which, reason }) => {
                deal(
                    platform,
                    "discard",
                    which,
                    json!({ "reason": reason }),
                    as_json,
                )
                .await
            }
        }
    })?;
    answer(&told);
    match undone {
        0 => Ok(()),
        count => Err(Failure::new(
            format!(
                "{count} of them could not be dealt with and are as they were, or open with a new error"
            ),
            format!("Look at one: {} dead-letters show ID", here()),
        )),
    }
}

async fn list(
    platform: &Platform,
    status: &str,
    filter: &LetterFilter,
    limit: usize,
    as_json: bool,
) -> Outcome<(String, usize)> {
    let mut letters = Vec::new();
    let mut cursor = None;
    while letters.len() < limit {
        let path = path(status, filter, cursor.as_deref());
        let page: Page = platform.ask("list", (Method::GET, &path), None).await?;
        letters.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    letters.truncate(limit);
    Ok((show::list(&letters, as_json)?, 0))
}

fn path(status: &str, filter: &LetterFilter, cursor: Option<&str>) -> String {
    let wanted = [
        ("status", Some(status).filter(|status| *status != "all")),
        ("type", filter.event_type.as_deref()),
        ("destination", filter.destination.as_deref()),
        ("since", filter.since.as_deref()),
        ("cursor", cursor),
    ];
    let wanted = wanted
        .iter()
        .filter_map(|(name, value)| Some(format!("&{name}={}", segment((*value)?))));
    let wanted: String = wanted.collect();
    format!("{DEAD_LETTERS}?limit={PAGE_ITEMS}{wanted}")
}

/// Request after request, until all were dealt with, or one brings nothing new. Those that fail come last in the next one.
async fn deal(
    platform: &Platform,
    verb: &str,
    which: &Which,
    body: Value,
    as_json: bool,
) -> Outcome<(String, usize)> {
    let path = format!("{DEAD_LETTERS}/{verb}");
    let mut known = BTreeMap::new();
    let mut ids = which.dead_letter_ids.chunks(AT_ONCE);
    for _ in 0..REQUESTS_MAX {
        let mut body = body.clone();
        match (which.all, ids.next()) {
            (true, _) => body["filter"] = matching(&which.filter),
            (false, Some(ids)) => body["dead_letter_ids"] = ids.into(),
            (false, None) => break,
        }
        let asked: Results = platform
            .ask(verb, (Method::POST, &path), Some(&body))
            .await?;
        let is_news = take_in(&mut known, asked.results);
        if which.all && (asked.remaining.is_none_or(|left| left == 0) || !is_news) {
            break;
        }
    }
    let results: Vec<Value> = known.into_values().collect();
    let undone = results.iter().filter(|result| !show::is_done(result));
    let undone = undone.count();
    Ok((show::results(&results, as_json)?, undone))
}

/// Keeps the last word about each letter; whether one was tried that had not been before.
fn take_in(known: &mut BTreeMap<String, Value>, results: Vec<Value>) -> bool {
    let was_tried = |result: &Value| {
        !["not_tried", "busy"]
            .map(Value::from)
            .contains(&result["outcome"])
    };
    let mut is_news = false;
    for result in results {
        let id = result["dead_letter_id"].to_string();
        let before = known.get(&id).is_some_and(was_tried);
        if was_tried(&result) || !before {
            is_news |= was_tried(&result) && !before;
            known.insert(id, result);
        }
    }
    is_news
}

fn matching(filter: &LetterFilter) -> Value {
    let mut wanted = json!({});
    let named = [
        ("type", &filter.event_type),
        ("destination", &filter.destination),
        ("since", &filter.since),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            wanted[name] = value.as_str().into();
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter() -> LetterFilter {
        LetterFilter {
            event_type: Some("dev.souk.order.placed.v1".to_owned()),
            destination: Some("a&b".to_owned()),
            since: None,
        }
    }

    #[test]
    fn a_list_is_asked_for_by_what_was_typed() {
        assert_eq!(
            path("open", &filter(), Some("c")),
            "/v1/dead-letters?limit=100&status=open&type=dev.souk.order.placed.v1&destination=a%26b&cursor=c"
        );
        assert!(!path("all", &filter(), None).contains("status"));
    }

    #[test]
    fn the_last_word_about_a_letter_counts_and_the_same_failure_again_is_no_news() {
        let result = |id: u32, outcome: &str| json!({ "dead_letter_id": id, "outcome": outcome });
        let mut known = BTreeMap::new();
        assert!(take_in(
            &mut known,
            vec![result(1, "failed"), result(2, "not_tried")]
        ));
        assert!(take_in(
            &mut known,
            vec![result(2, "redriven"), result(1, "not_tried")]
        ));
        assert!(!take_in(&mut known, vec![result(1, "failed")]));
        let outcomes: Vec<&Value> = known.values().map(|known| &known["outcome"]).collect();
        assert_eq!(outcomes, ["failed", "redriven"]);
    }

    #[test]
    fn a_filter_says_only_what_was_typed() {
        let expected = json!({ "type": "dev.souk.order.placed.v1", "destination": "a&b" });
        assert_eq!(matching(&filter()), expected);
    }
}
