//! What a line of a log says.

use serde_json::{Map, Value, json};

use crate::receiver::cut;
use crate::record::{Level, LogRecord, Micros};
use crate::{hex, time};

/// What a line's own columns hold; the other members are its fields.
const COLUMNS: [&str; 6] = [
    "time", "level", "message", "trace_id", "span_id", "function",
];

/// The line of `log`; `now` is its time where it does not say one.
pub(super) fn record(log: &str, line: &str, now: Micros) -> LogRecord {
    match serde_json::from_str(line) {
        Ok(Value::Object(members)) => of_json(log, members, now),
        _ => of_text(log, line, now),
    }
}

/// As functions and stand-ins write it.
fn of_json(log: &str, members: Map<String, Value>, now: Micros) -> LogRecord {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let own = |(name, _): &(String, Value)| !COLUMNS.contains(&name.as_str());
    LogRecord {
        time_us: text("time")
            .or_else(|| text("timestamp"))
            .and_then(time::parse)
            .unwrap_or(now),
        service: log.to_owned(),
        level: text("level").and_then(Level::named),
        message: cut(text("message").unwrap_or_default().to_owned()),
        trace_id: text("trace_id").and_then(hex::decode),
        span_id: text("span_id").and_then(hex::decode),
        fields: {
            let fields = members.clone().into_iter().filter(own);
            Value::Object(fields.collect()).to_string()
        },
    }
}

/// As the runtime and PostgreSQL write it: a time, a level, text. Whatever is missing is missing.
fn of_text(log: &str, line: &str, now: Micros) -> LogRecord {
    let (time_us, rest) = time_of(line);
    let (level, message) = level_of(rest);
    let (target, message) = target_of(message);
    LogRecord {
        time_us: time_us.unwrap_or(now),
        service: log.to_owned(),
        level,
        message: cut(message.to_owned()),
        trace_id: None,
        span_id: None,
        fields: match target {
            Some(target) => json!({ "target": target }).to_string(),
            None => "{}".to_owned(),
        },
    }
}

fn time_of(line: &str) -> (Option<Micros>, &str) {
    let Some((first, rest)) = line.split_once(' ') else {
        return (None, line);
    };
    if let Some(time) = time::parse(first) {
        return (Some(time), rest.trim_start());
    }
    // PostgreSQL's: date, time and zone are three words, then the process.
    let mut words = rest.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some(clock), Some("UTC" | "GMT"), Some(rest)) => {
            let time = time::parse(&format!("{first}T{clock}Z"));
            (time, if time.is_some() { rest } else { line })
        }
        _ => (None, line),
    }
}

/// A level at the beginning, or after PostgreSQL's `[process]`.
fn level_of(text: &str) -> (Option<Level>, &str) {
    let after_process = match text.strip_prefix('[') {
        Some(rest) => rest.split_once("] ").map_or(text, |(_, rest)| rest),
        None => text,
    };
    let Some((word, rest)) = after_process.split_once(' ') else {
        return (None, text);
    };
    match Level::named(word.trim_end_matches(':')) {
        Some(level) => (Some(level), rest.trim_start()),
        None => (None, text),
    }
}

/// The part of the runtime that speaks, as a path of Rust: `souk_broker::log: `.
fn target_of(text: &str) -> (Option<&str>, &str) {
    let is_of_path = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':');
    match text.split_once(": ") {
        Some((target, rest)) if target.contains("::") && target.chars().all(is_of_path) => {
            (Some(target), rest)
        }
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_function_has_its_trace_and_what_else_it_says_as_fields() {
        let line = format!(
            r#"{{"time":"2026-11-26T05:14:39.000001Z","level":"WARN","function":"orders","target":"orders::http",
            "message":"late","trace_id":"{}","span_id":"{}","attempt":3}}"#,
            "ab".repeat(16),
            "cd".repeat(8)
        );
        let record = record("orders", &line, 0);
        assert_eq!(record.level, Some(Level::Warn));
        assert_eq!(record.trace_id, Some([0xab; 16]));
        assert_eq!(record.span_id, Some([0xcd; 8]));
        assert_eq!(record.message, "late");
        assert_eq!(record.fields, r#"{"attempt":3,"target":"orders::http"}"#);
        assert_eq!(time::rfc3339(record.time_us), "2026-11-26T05:14:39.000001Z");
    }

    #[test]
    fn lines_of_the_runtime_and_of_postgresql_have_a_time_and_a_level_and_others_have_none() {
        let said = |line| {
            let record = record("souk", line, 7);
            (record.time_us, record.level, record.message)
        };
        let at = time::parse("2026-11-26T05:14:39Z").unwrap();
        assert_eq!(
            said("2026-11-26T05:14:39.000000Z  INFO souk_broker::log: open a=1"),
            (at, Some(Level::Info), "open a=1".to_owned())
        );
        assert_eq!(
            said("2026-11-26 05:14:39.000 UTC [123] ERROR:  no such table"),
            (at, Some(Level::Error), "no such table".to_owned())
        );
        assert_eq!(
            said("thread 'main' panicked at src/main.rs:1:1"),
            (
                7,
                None,
                "thread 'main' panicked at src/main.rs:1:1".to_owned()
            )
        );
    }

    #[test]
    fn who_speaks_for_the_runtime_is_a_field() {
        let fields = |line| record("souk", line, 7).fields;
        let line = "2026-11-26T05:14:39Z  WARN souk_broker::log: late";
        assert_eq!(fields(line), r#"{"target":"souk_broker::log"}"#);
        assert_eq!(fields("2026-11-26T05:14:39Z  WARN why: late"), "{}");
    }
}
