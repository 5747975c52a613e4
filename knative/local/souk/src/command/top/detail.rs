//! What is looked at more closely: a function's log, an order's path, a trace.

use chrono::DateTime;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph, Widget as _};
use serde_json::Value;

use super::live::Shown;
use super::state::{Detail, State};
use super::words;

/// Fills the area with it.
pub(super) fn draw(open: &Detail, shown: &Shown, state: &State, area: Rect, buffer: &mut Buffer) {
    let (title, is_log) = match open {
        Detail::Log(function) => (format!(" {function} "), true),
        Detail::Trace(id) => (format!(" {id} "), false),
    };
    let frame = Block::bordered()
        .title(title)
        .title_bottom(" up, down, page up, page down   q: back ");
    let height = usize::from(frame.inner(area).height);
    let (from, to) = window(shown.lines.len(), height, state.scrolled, is_log);
    let lines: Vec<Line<'_>> = match shown.lines.is_empty() {
        true => vec![Line::from("nothing yet")],
        false => shown.lines[from..to]
            .iter()
            .map(|line| Line::from(line.as_str()))
            .collect(),
    };
    Paragraph::new(lines).block(frame).render(area, buffer);
}

/// Which lines are seen: a log from its end upwards, anything else from its beginning downwards.
fn window(lines: usize, height: usize, scrolled: usize, is_log: bool) -> (usize, usize) {
    let most = lines.saturating_sub(height);
    let from = match is_log {
        true => most.saturating_sub(scrolled),
        false => scrolled.min(most),
    };
    (from, (from + height).min(lines))
}

/// A log's lines, oldest first; the console gives the newest first.
pub(super) fn log(said: &Value) -> Vec<String> {
    let lines = said["lines"].as_array().into_iter().flatten();
    lines.rev().map(line).collect()
}

fn line(one: &Value) -> String {
    let at = words::text(&one["time"]);
    let at =
        DateTime::parse_from_rfc3339(&at).map_or(at, |at| at.to_utc().format("%T%.3f").to_string());
    let level = one["level"].as_str().unwrap_or_default().to_uppercase();
    // A message of several lines is one row here.
    let message = words::text(&one["message"]).replace('\n', " ");
    format!("{at} {level:<5} {message}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_log_shows_its_end_and_a_trace_its_beginning() {
        assert_eq!(window(100, 10, 0, true), (90, 100));
        assert_eq!(window(100, 10, 5, true), (85, 95));
        assert_eq!(window(100, 10, 500, true), (0, 10));
        assert_eq!(window(100, 10, 0, false), (0, 10));
        assert_eq!(window(100, 10, 500, false), (90, 100));
        assert_eq!(window(3, 10, 1, true), (0, 3));
    }

    #[test]
    fn log_lines_are_shown_oldest_first() {
        let said = json!({ "lines": [
            { "time": "2030-01-01T00:00:02.5Z", "level": "warn", "message": "second\nline" },
            { "time": "2030-01-01T00:00:01Z", "level": null, "message": "first" },
        ]});
        assert_eq!(
            log(&said),
            ["00:00:01.000       first", "00:00:02.500 WARN  second line"]
        );
    }
}
