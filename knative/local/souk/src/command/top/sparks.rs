//! How the rates were in the last minutes, as small plots.

use std::collections::VecDeque;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Stylize as _};
use ratatui::widgets::{Block, Sparkline, Widget as _};

use super::screen::Rates;
use super::words;

/// Which of the rates.
type Rate = fn(&Rates) -> f64;

/// Requests, errors and events a second, side by side, the newest at the right.
pub(super) fn draw(history: &VecDeque<Rates>, area: Rect, buffer: &mut Buffer) {
    let thirds: [Rect; 3] = Layout::horizontal([Constraint::Fill(1); 3]).areas(area);
    let rates: [(&str, Color, Rate); 3] = [
        ("requests/s", Color::Cyan, |rates| rates.requests),
        ("errors/s", Color::Red, |rates| rates.errors),
        ("events/s", Color::Green, |rates| rates.events),
    ];
    for ((name, color, rate), area) in rates.into_iter().zip(thirds) {
        let newest = history
            .iter()
            .rev()
            .take(usize::from(area.width.saturating_sub(2)));
        let mut values: Vec<u64> = newest.map(|rates| tenths(rate(rates))).collect();
        values.reverse();
        let now = history.back().map(rate);
        let frame = Block::bordered()
            .title(format!(" {name} {} ", words::rate(now)))
            .dim();
        Sparkline::default()
            .data(values)
            .style(color)
            .block(frame)
            .render(area, buffer);
    }
}

/// A sparkline draws whole numbers.
fn tenths(rate: f64) -> u64 {
    // A rate is no more than some thousands, and never negative.
    (rate.max(0.0) * 10.0).round() as u64
}
