//! `souk events`: the events that the broker took.

use std::io::Write as _;

use chrono::{DateTime, Local};
use serde_json::Value;

use crate::cli::EventsOptions;
use crate::control::client::{ask, stream};
use crate::data_dir::DataDir;
use crate::failure::Outcome;
use crate::terminal::answer;

/// Prints the last events, and goes on when asked to.
pub(crate) fn print(options: &EventsOptions, data_dir: &DataDir) -> Outcome {
    let path = if options.follow {
        "/events?follow=true"
    } else {
        "/events"
    };
    let mut lines = Lines::default();
    let json = options.json;
    ask(stream(data_dir, path, |piece| {
        lines.of(piece).iter().all(|line| show(line, json))
    }))?;
    let _ = std::io::stdout().flush();
    Ok(())
}

fn show(line: &str, json: bool) -> bool {
    match serde_json::from_str::<Value>(line) {
        Ok(event) if !json => answer(&readable(&event)),
        _ => answer(line),
    }
}

/// `15:04:05.123  dev.souk.order.placed.v1  orders/0192...  from /functions/orders`.
fn readable(event: &Value) -> String {
    let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
    format!(
        "{}  {:32}  {:47}  from {}",
        clock(&text("accepted_at")),
        text("type"),
        text("subject"),
        text("source")
    )
}

/// The time of day where the person is.
fn clock(time: &str) -> String {
    match DateTime::parse_from_rfc3339(time) {
        Ok(time) => time
            .with_timezone(&Local)
            .format("%H:%M:%S%.3f")
            .to_string(),
        Err(_) => time.to_owned(),
    }
}

/// Cuts what arrives piece by piece into lines.
#[derive(Default)]
struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    fn of(&mut self, piece: &[u8]) -> Vec<String> {
        self.rest.extend_from_slice(piece);
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else {
            return Vec::new();
        };
        let whole: Vec<u8> = self.rest.drain(..=end).collect();
        String::from_utf8_lossy(&whole)
            .lines()
            .map(str::to_owned)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_comes_in_pieces_is_one_line() {
        let mut lines = Lines::default();
        assert!(lines.of(b"{\"type\":").is_empty());
        assert_eq!(lines.of(b"\"a\"}\n{\"b\""), [r#"{"type":"a"}"#]);
        assert_eq!(lines.of(b":1}\n"), [r#"{"b":1}"#]);
    }

    #[test]
    fn an_event_is_shown_by_time_type_subject_and_source() {
        let event = serde_json::json!({
            "accepted_at": "2026-01-01T15:04:05.123Z", "type": "dev.souk.order.placed.v1",
            "subject": "orders/1", "source": "/functions/orders"
        });
        let words: Vec<String> = readable(&event)
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        assert_eq!(
            words,
            [
                clock("2026-01-01T15:04:05.123Z").as_str(),
                "dev.souk.order.placed.v1",
                "orders/1",
                "from",
                "/functions/orders"
            ]
        );
    }
}
