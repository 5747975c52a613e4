//! Dead letters as a person reads them.

use serde_json::{Value, json};

use crate::failure::Outcome;
use crate::terminal::{pretty, table};

/// A table of letters, or JSON.
pub(super) fn list(letters: &[Value], as_json: bool) -> Outcome<String> {
    if as_json {
        return pretty(&json!({ "items": letters }));
    }
    if letters.is_empty() {
        return Ok("There are none.".to_owned());
    }
    let head = [
        "DEAD LETTER",
        "TYPE",
        "NOT TAKEN BY",
        "ANSWER",
        "TRIED AGAIN",
        "STATUS",
        "ARRIVED",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(letters.iter().map(row));
    Ok(table(&rows))
}

fn row(letter: &Value) -> Vec<String> {
    let text = |name: &str| plain(&letter[name]);
    let code = match &letter["error"]["code"] {
        Value::Null => "none".to_owned(),
        code => code.to_string(),
    };
    vec![
        text("dead_letter_id"),
        text("type"),
        text("destination"),
        code,
        text("attempts"),
        text("status"),
        text("arrived_at"),
    ]
}

/// One letter with all that is known of it.
pub(super) fn whole(letter: &Value, as_json: bool) -> Outcome<String> {
    if as_json {
        return pretty(letter);
    }
    let mut rows = Vec::new();
    for name in [
        "dead_letter_id",
        "status",
        "type",
        "source",
        "id",
        "subject",
        "destination_url",
        "arrived_at",
        "attempts",
        "settled_at",
        "settled_by",
        "discard_reason",
    ] {
        if !letter[name].is_null() {
            rows.push(vec![name.replace('_', " "), plain(&letter[name])]);
        }
    }
    let error = &letter["error"];
    let answered = match (&error["code"], &error["body"]) {
        (Value::Null, _) => "nothing".to_owned(),
        (code, body) => format!("{code} {}", plain(body)),
    };
    rows.push(vec!["answered".to_owned(), answered]);
    Ok(format!("{}\n{}", table(&rows), pretty(&letter["event"])?))
}

/// What became of each letter.
pub(super) fn results(results: &[Value], as_json: bool) -> Outcome<String> {
    if as_json {
        return pretty(&json!({ "results": results }));
    }
    if results.is_empty() {
        return Ok("There are none.".to_owned());
    }
    let mut rows = vec![
        ["DEAD LETTER", "OUTCOME", "WHY"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for result in results {
        let why = match (&result["detail"], &result["error"]) {
            (Value::String(detail), _) => detail.clone(),
            (_, Value::Null) => String::new(),
            (_, error) if error["code"].is_null() => "no answer".to_owned(),
            (_, error) => format!("{} {}", error["code"], plain(&error["body"])),
        };
        rows.push(vec![
            plain(&result["dead_letter_id"]),
            plain(&result["outcome"]),
            why,
        ]);
    }
    Ok(table(&rows))
}

/// Whether nothing is left to do with it.
pub(super) fn is_done(result: &Value) -> bool {
    ["redriven", "discarded", "settled"].contains(&result["outcome"].as_str().unwrap_or_default())
}

/// Text that an event brings may hold anything: a terminal is shown what can be printed.
fn plain(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_a_line_with_who_did_not_take_it_and_what_was_answered() {
        let letters = [json!({
            "dead_letter_id": "1", "type": "t", "destination": "inventory", "status": "open", "attempts": 2,
            "arrived_at": "2026-03-14T09:26:53Z", "error": { "code": 400, "body": "no" },
        })];
        let shown = list(&letters, false).unwrap();
        let line = shown.lines().nth(1).unwrap();
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(
            cells,
            [
                "1",
                "t",
                "inventory",
                "400",
                "2",
                "open",
                "2026-03-14T09:26:53Z"
            ]
        );
    }

    #[test]
    fn what_an_event_says_cannot_move_the_cursor() {
        let letter =
            json!({ "type": "\u{1b}[2Jgone", "error": {}, "event": { "id": "\u{1b}[2J" } });
        let shown = whole(&letter, false).unwrap();
        assert!(!shown.contains('\u{1b}'), "{shown}");
    }

    #[test]
    fn each_result_says_why_nothing_came_of_it() {
        let answered = [
            json!({ "dead_letter_id": "1", "outcome": "redriven", "error": null, "detail": null }),
            json!({ "dead_letter_id": "2", "outcome": "failed", "error": { "code": 503, "body": "later" } }),
            json!({ "dead_letter_id": "3", "outcome": "failed", "error": { "code": null, "body": null } }),
            json!({ "dead_letter_id": "4", "outcome": "unroutable", "detail": "no address" }),
        ];
        let shown = results(&answered, false).unwrap();
        for part in ["503 later", "no answer", "no address"] {
            assert!(shown.contains(part), "{shown}");
        }
        assert_eq!(answered.iter().filter(|result| is_done(result)).count(), 1);
    }
}
