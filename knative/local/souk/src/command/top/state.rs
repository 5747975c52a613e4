//! Where somebody is on the screen, and what a key does there. Pure.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::screen::Screen;

/// A list on the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Pane {
    #[default]
    Functions,
    Triggers,
    Orders,
    Errors,
}

const PANES: [Pane; 4] = [Pane::Functions, Pane::Triggers, Pane::Orders, Pane::Errors];

/// What is looked at more closely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Detail {
    /// What a function says.
    Log(String),
    /// An order's path, or a trace.
    Trace(String),
}

/// Where somebody is.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) pane: Pane,
    /// Which row, in each list.
    pub(super) rows: [usize; 4],
    pub(super) detail: Option<Detail>,
    /// How many lines the detail was scrolled up from its end, for a log; down from its beginning, for a trace.
    pub(super) scrolled: usize,
    /// The books are to be checked now.
    pub(super) wants_audit: bool,
    pub(super) is_over: bool,
}

impl State {
    /// The row that is chosen in a list of that many.
    pub(super) fn row(&self, pane: Pane, rows: usize) -> Option<usize> {
        (rows > 0).then(|| self.rows[pane as usize].min(rows - 1))
    }

    /// Does what a key says.
    pub(super) fn press(&mut self, key: KeyEvent, screen: &Screen) {
        let is_interrupt =
            key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        if is_interrupt {
            self.is_over = true;
            return;
        }
        match (&self.detail, key.code) {
            (Some(_), KeyCode::Char('q') | KeyCode::Esc | KeyCode::Backspace | KeyCode::Left) => {
                self.close()
            }
            (Some(detail), code) => {
                let is_log = matches!(detail, Detail::Log(_));
                self.scroll(code, is_log);
            }
            (None, KeyCode::Char('q') | KeyCode::Esc) => self.is_over = true,
            (None, KeyCode::Tab | KeyCode::Right) => self.turn(1),
            (None, KeyCode::BackTab | KeyCode::Left) => self.turn(PANES.len() - 1),
            (None, KeyCode::Up | KeyCode::Char('k')) => self.choose(screen, -1),
            (None, KeyCode::Down | KeyCode::Char('j')) => self.choose(screen, 1),
            (None, KeyCode::Enter) => self.open(screen),
            (None, KeyCode::Char('a')) => self.wants_audit = true,
            _ => (),
        }
    }

    fn turn(&mut self, steps: usize) {
        self.pane = PANES[(self.pane as usize + steps) % PANES.len()];
    }

    fn choose(&mut self, screen: &Screen, step: isize) {
        let last = rows(self.pane, screen).saturating_sub(1);
        let row = &mut self.rows[self.pane as usize];
        *row = (*row).min(last).saturating_add_signed(step).min(last);
    }

    fn open(&mut self, screen: &Screen) {
        let Some(row) = self.row(self.pane, rows(self.pane, screen)) else {
            return;
        };
        self.detail = match self.pane {
            Pane::Functions => Some(Detail::Log(screen.functions[row].name.clone())),
            // The function that a trigger is for: `payments-on-payment-requested`.
            Pane::Triggers => {
                let name = screen.triggers[row].name.split("-on-").next();
                name.map(|function| Detail::Log(function.to_owned()))
            }
            Pane::Orders => Some(Detail::Trace(screen.orders[row].id.clone())),
            Pane::Errors => Some(Detail::Trace(screen.errors[row].trace_id.clone())),
        };
        self.scrolled = 0;
    }

    fn close(&mut self) {
        self.detail = None;
        self.scrolled = 0;
    }

    fn scroll(&mut self, code: KeyCode, is_log: bool) {
        const PAGE: isize = 20;
        let down = match code {
            KeyCode::Up | KeyCode::Char('k') => -1,
            KeyCode::Down | KeyCode::Char('j') => 1,
            KeyCode::PageUp => -PAGE,
            KeyCode::PageDown | KeyCode::Char(' ') => PAGE,
            _ => 0,
        };
        let step = if is_log { -down } else { down };
        self.scrolled = self.scrolled.saturating_add_signed(step);
    }
}

/// How many rows a list has.
pub(super) fn rows(pane: Pane, screen: &Screen) -> usize {
    match pane {
        Pane::Functions => screen.functions.len(),
        Pane::Triggers => screen.triggers.len(),
        Pane::Orders => screen.orders.len(),
        Pane::Errors => screen.errors.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::answers::Answers;
    use super::*;

    fn after(keys: &[KeyCode]) -> State {
        let screen = Screen::of(&Answers::of_a_busy_shop());
        let mut state = State::default();
        for key in keys {
            state.press(KeyEvent::new(*key, KeyModifiers::NONE), &screen);
        }
        state
    }

    #[test]
    fn enter_opens_the_log_of_the_function_that_is_chosen() {
        let state = after(&[KeyCode::Down, KeyCode::Enter]);
        assert_eq!(state.detail, Some(Detail::Log("orders".to_owned())));
    }

    #[test]
    fn a_trigger_opens_the_log_of_its_function_and_an_order_its_path() {
        let state = after(&[KeyCode::Tab, KeyCode::Enter]);
        assert_eq!(state.detail, Some(Detail::Log("payments".to_owned())));
        let state = after(&[KeyCode::Tab, KeyCode::Tab, KeyCode::Enter]);
        assert!(matches!(state.detail, Some(Detail::Trace(id)) if id.starts_with("0192aaaa")));
    }

    #[test]
    fn the_first_q_closes_what_is_open_and_the_second_ends_it() {
        let state = after(&[KeyCode::Enter, KeyCode::Char('q')]);
        assert!(state.detail.is_none() && !state.is_over);
        assert!(after(&[KeyCode::Char('q')]).is_over);
        let mut state = after(&[KeyCode::Enter]);
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        state.press(interrupt, &Screen::default());
        assert!(state.is_over, "also from within");
    }

    #[test]
    fn the_choice_stays_within_the_list() {
        assert_eq!(after(&[KeyCode::Up]).rows[0], 0);
        assert_eq!(after(&[KeyCode::Down; 9]).rows[0], 2);
        let state = after(&[KeyCode::Down; 9]);
        assert_eq!(
            state.row(Pane::Functions, 1),
            Some(0),
            "the list became shorter"
        );
        assert_eq!(state.row(Pane::Functions, 0), None);
        let mut state = State::default();
        state.press(
            KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
            &Screen::default(),
        );
        assert_eq!(state.detail, None, "nothing to open");
    }

    #[test]
    fn a_checks_the_books_and_nothing_else_does() {
        assert!(after(&[KeyCode::Char('a')]).wants_audit);
        assert!(!after(&[KeyCode::Enter, KeyCode::Char('a')]).wants_audit);
    }

    #[test]
    fn the_lists_go_round() {
        assert_eq!(after(&[KeyCode::Tab; 4]).pane, Pane::Functions);
        assert_eq!(after(&[KeyCode::BackTab]).pane, Pane::Errors);
    }

    #[test]
    fn a_log_is_scrolled_from_its_end_and_a_trace_from_its_beginning() {
        assert_eq!(after(&[KeyCode::Enter, KeyCode::Up]).scrolled, 1);
        let trace = [
            KeyCode::BackTab,
            KeyCode::Enter,
            KeyCode::Down,
            KeyCode::Down,
            KeyCode::Up,
        ];
        assert_eq!(after(&trace).scrolled, 1);
    }
}
