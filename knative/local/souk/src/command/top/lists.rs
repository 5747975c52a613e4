//! The four lists.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::{Color, Style, Stylize as _};
use ratatui::widgets::{Block, Cell, Row, StatefulWidget, Table, TableState};

use super::screen::Screen;
use super::state::{Pane, State};
use super::words;

/// One of them, with the row that is chosen.
pub(super) fn draw(pane: Pane, screen: &Screen, state: &State, area: Rect, buffer: &mut Buffer) {
    let is_here = state.pane == pane;
    let (name, head, widths, rows): List<'_> = match pane {
        Pane::Functions => functions(screen),
        Pane::Triggers => triggers(screen),
        Pane::Orders => orders(screen),
        Pane::Errors => errors(screen),
    };
    let mut chosen = TableState::default();
    chosen.select(state.row(pane, rows.len()).filter(|_| is_here));
    let border = if is_here {
        Style::new()
    } else {
        Style::new().dim()
    };
    let frame = Block::bordered()
        .title(format!(" {name} {} ", rows.len()))
        .border_style(border);
    let head = Row::new(head.iter().map(|cell| Cell::from(*cell))).dim();
    let table = Table::new(rows, widths)
        .header(head)
        .block(frame)
        .row_highlight_style(Style::new().reversed());
    StatefulWidget::render(table, area, buffer, &mut chosen);
}

/// Its name, the names of its columns, how wide they are, its rows.
type List<'a> = (
    &'static str,
    &'static [&'static str],
    Vec<Constraint>,
    Vec<Row<'a>>,
);

fn functions(screen: &Screen) -> List<'_> {
    use Constraint::{Length, Min};
    let rows = screen.functions.iter().map(|one| {
        let color = match (one.is_failing, one.is_asleep) {
            (true, _) => Color::Red,
            (false, true) => Color::DarkGray,
            (false, false) => Color::Green,
        };
        let errors = one.errors.filter(|errors| *errors > 0.0);
        Row::new([
            Cell::from(one.name.as_str()),
            Cell::from(one.state.as_str()).fg(color),
            Cell::from(one.in_flight.to_string()),
            Cell::from(words::rate(one.requests)),
            Cell::from(words::seconds(one.p95)),
            Cell::from(words::rate(errors)).fg(Color::Red),
        ])
    });
    let widths = vec![
        Length(14),
        Min(8),
        Length(6),
        Length(6),
        Length(7),
        Length(6),
    ];
    let head: &'static [&'static str] = &["", "instances", "flight", "req/s", "p95", "5xx/s"];
    ("functions", head, widths, rows.collect())
}

fn triggers(screen: &Screen) -> List<'_> {
    use Constraint::{Length, Min};
    let rows = screen.triggers.iter().map(|one| {
        let number = |count: u64| Cell::from(count.to_string()).fg(alarm(count > 0));
        Row::new([
            Cell::from(one.name.as_str()),
            Cell::from(one.lag.to_string()),
            number(one.retrying),
            number(one.dead_letters),
            Cell::from(one.delivered.to_string()),
        ])
    });
    let widths = vec![Min(10), Length(5), Length(5), Length(4), Length(6)];
    (
        "triggers",
        &["", "lag", "retry", "dead", "taken"],
        widths,
        rows.collect(),
    )
}

fn orders(screen: &Screen) -> List<'_> {
    use Constraint::{Length, Min};
    let rows = screen.orders.iter().map(|one| {
        Row::new([
            Cell::from(one.id.as_str()),
            Cell::from(one.state.as_str()),
            Cell::from(one.total.as_str()),
            Cell::from(one.placed.as_str()),
        ])
    });
    let widths = vec![Min(36), Length(9), Length(10), Length(9)];
    (
        "orders",
        &["", "state", "total", "placed ago"],
        widths,
        rows.collect(),
    )
}

fn errors(screen: &Screen) -> List<'_> {
    use Constraint::{Length, Min};
    let rows = screen.errors.iter().map(|one| {
        Row::new([
            Cell::from(one.name.as_str()),
            Cell::from(one.errors.to_string()),
            Cell::from(one.started.as_str()),
        ])
    });
    let widths = vec![Min(12), Length(4), Length(9)];
    ("errors", &["", "", "began ago"], widths, rows.collect())
}

/// Red when it is bad.
pub(super) fn alarm(is_bad: bool) -> Color {
    if is_bad { Color::Red } else { Color::Reset }
}
