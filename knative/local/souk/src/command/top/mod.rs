//! `souk top`: the shop in one screen of a terminal. What it shows it asks the console, once a second.

mod answers;
mod detail;
mod draw;
mod functions;
mod lists;
mod live;
mod screen;
mod sparks;
mod state;
mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::watcher::Watcher;
use crate::cli::TopOptions;
use crate::control::client::ask;
use crate::data_dir::DataDir;
use crate::failure::Outcome;
use crate::terminal::answer;
use answers::Answers;
use screen::Screen;
use state::State;

/// Where nobody says how wide it is.
const COLUMNS: u16 = 120;
const FEWEST_COLUMNS: u16 = 40;

/// Shows it until `q`, or once.
pub(crate) fn run(options: &TopOptions, data_dir: &DataDir) -> Outcome {
    let watcher = Watcher::of(data_dir)?;
    if !options.once {
        return live::run(watcher);
    }
    let answers = ask(async { Answers::get(&watcher, None).await })?;
    let screen = Screen::of(&answers);
    let columns = std::env::var("COLUMNS").ok();
    let columns = columns.and_then(|columns| columns.parse().ok());
    answer(&text(
        &screen,
        columns.unwrap_or(COLUMNS).max(FEWEST_COLUMNS),
    ));
    Ok(())
}

/// One frame, without colours.
fn text(screen: &Screen, columns: u16) -> String {
    let area = Rect::new(0, 0, columns, draw::height(screen, columns));
    let mut buffer = Buffer::empty(area);
    draw::all(screen, &State::default(), area, &mut buffer);
    let row = |y| {
        let cells = (0..columns).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    };
    let rows: Vec<String> = (0..area.height).map(row).collect();
    rows.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_frame_shows_every_part_as_plain_text() {
        let screen = Screen::of(&Answers::of_a_busy_shop());
        for columns in [40, 80, 120, 200] {
            let said = text(&screen, columns);
            for part in ["functions", "triggers", "orders", "errors", "books"] {
                assert!(said.contains(part), "{columns} columns, no {part}:\n{said}");
            }
            assert!(!said.contains('\u{1b}'), "colours");
            let widest = said.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(usize::from(columns)), "{said}");
        }
    }

    #[test]
    fn a_wide_frame_shows_the_rows_themselves() {
        let said = text(&Screen::of(&Answers::of_a_busy_shop()), 140);
        for word in [
            "orders",
            "ready 2",
            "asleep",
            "exit code 1",
            "payments-on-payment-requested",
            "confirmed",
            "2 broken",
            "provider: fail",
            "12.5",
            "340 ms",
        ] {
            assert!(said.contains(word), "no {word}:\n{said}");
        }
    }
}
