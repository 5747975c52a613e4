//! Draws the screen into a buffer: a terminal's, or one that becomes text.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Stylize as _};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget as _};

use super::lists::{self, alarm};
use super::live::Shown;
use super::screen::Screen;
use super::state::{Pane, State, rows};
use super::{sparks, words};

/// Narrower than that, lists stand one below the other.
const TWO_COLUMNS_FROM: u16 = 100;
/// Three small plots, in frames.
const SPARKS: u16 = 5;
const HEAD: u16 = 3;
const FOOT: u16 = 2;
/// A frame, and the names of the columns.
const LIST_EXTRA: u16 = 3;

/// How high a frame is that shows everything but triggers at rest that would make it longer.
pub(super) fn height(screen: &Screen, columns: u16) -> u16 {
    use Pane::{Errors, Functions, Orders, Triggers};
    let of = |left, right| match columns < TWO_COLUMNS_FROM {
        true => wanted(left, screen).saturating_add(wanted(right, screen)),
        false => wanted(left, screen).max(wanted(right, screen)),
    };
    let lists = of(Functions, Triggers).saturating_add(of(Orders, Errors));
    lists.saturating_add(HEAD + FOOT)
}

/// How high a list would be. There are three times as many triggers as functions, and most of them have nothing to tell.
fn wanted(pane: Pane, screen: &Screen) -> u16 {
    let all = rows(pane, screen);
    let rows = match pane {
        Pane::Triggers => {
            let in_trouble = screen.triggers.iter().filter(|one| !one.is_at_rest());
            in_trouble.count().max(screen.functions.len()).min(all)
        }
        _ => all,
    };
    let rows = u16::try_from(rows).unwrap_or(u16::MAX);
    rows.max(1).saturating_add(LIST_EXTRA)
}

/// Everything, and how the rates were before.
pub(super) fn live(shown: &Shown, state: &State, area: Rect, buffer: &mut Buffer) {
    let [lines, rest] =
        Layout::vertical([Constraint::Length(SPARKS), Constraint::Min(0)]).areas(area);
    sparks::draw(&shown.history, lines, buffer);
    all(&shown.screen, state, rest, buffer);
    if let Some(why) = &shown.gone {
        let last = Rect::new(area.x, area.bottom().saturating_sub(1), area.width, 1);
        Paragraph::new(Line::from(format!(" {why} ")).fg(Color::Red).reversed())
            .render(last.intersection(area), buffer);
    }
}

/// Everything.
pub(super) fn all(screen: &Screen, state: &State, area: Rect, buffer: &mut Buffer) {
    let [head_area, lists, foot_area] = Layout::vertical([
        Constraint::Length(HEAD),
        Constraint::Min(0),
        Constraint::Length(FOOT),
    ])
    .areas(area);
    head(screen, head_area, buffer);
    let panes = areas(screen, lists);
    for (pane, area) in panes {
        lists::draw(pane, screen, state, area, buffer);
    }
    foot(screen, foot_area, buffer);
}

/// Where each list is: two beside two, or four in a column, each as high as its share of rows wants.
fn areas(screen: &Screen, area: Rect) -> [(Pane, Rect); 4] {
    use Pane::{Errors, Functions, Orders, Triggers};
    if area.width < TWO_COLUMNS_FROM {
        let panes = [Functions, Triggers, Orders, Errors];
        let heights = panes.map(|pane| Constraint::Fill(wanted(pane, screen)));
        let areas: [Rect; 4] = Layout::vertical(heights).areas(area);
        return std::array::from_fn(|number| (panes[number], areas[number]));
    }
    let upper = wanted(Functions, screen).max(wanted(Triggers, screen));
    let lower = wanted(Orders, screen).max(wanted(Errors, screen));
    let heights = match upper.saturating_add(lower) <= area.height {
        true => [Constraint::Length(upper), Constraint::Min(0)],
        false => [Constraint::Fill(upper), Constraint::Fill(lower)],
    };
    let [upper, lower] = Layout::vertical(heights).areas(area);
    let upper_halves = [Constraint::Percentage(55), Constraint::Min(0)];
    let [functions, triggers] = Layout::horizontal(upper_halves).areas(upper);
    // An order's id is long, and it is what somebody copies.
    let lower_halves = [Constraint::Percentage(60), Constraint::Min(0)];
    let [orders, errors] = Layout::horizontal(lower_halves).areas(lower);
    [
        (Functions, functions),
        (Triggers, triggers),
        (Orders, orders),
        (Errors, errors),
    ]
}

fn head(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let Screen {
        version,
        gateway,
        open_for,
        rates,
        ..
    } = screen;
    let title = Line::from(vec![
        format!(" souk {version} ").bold(),
        format!(" {gateway}  open for {open_for}").into(),
    ]);
    let rates = Line::from(vec![
        format!(" {}", words::rate(Some(rates.requests))).bold(),
        " requests/s   ".into(),
        words::rate(Some(rates.errors))
            .fg(alarm(rates.errors > 0.0))
            .bold(),
        " errors/s   ".into(),
        words::rate(Some(rates.events)).bold(),
        " events/s".into(),
    ]);
    let faults = match &screen.faults {
        Some(faults) => Line::from(format!(" {faults}")).fg(Color::Yellow),
        None => Line::default(),
    };
    Paragraph::new(vec![title, rates, faults]).render(area, buffer);
}

fn foot(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let (audit, is_bad) = &screen.audit;
    let audit = Line::from(format!(" {audit}")).fg(alarm(*is_bad));
    let keys = Line::from(
        " tab: next list   up, down: choose   enter: look closer   a: check the books   q: quit",
    )
    .dim();
    Paragraph::new(vec![audit, keys]).render(area, buffer);
}
