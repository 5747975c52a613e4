//! The screen that stays: one task asks, this thread draws and listens to keys.

use std::collections::VecDeque;
use std::io::{IsTerminal as _, stdout};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyEventKind};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::super::trace;
use super::super::watcher::Watcher;
use super::answers::Answers;
use super::detail;
use super::draw;
use super::screen::{Rates, Screen};
use super::state::{Detail, State};
use crate::control::client::ask;
use crate::failure::{Failure, Outcome};
use crate::terminal::here;

const ASKED_EVERY: Duration = Duration::from_secs(1);
/// How soon what was answered is on the screen.
const DRAWN_EVERY: Duration = Duration::from_millis(100);
/// As many as a wide terminal has columns.
const REMEMBERED: usize = 400;
const LOG_LINES: usize = 500;

/// What the asking task has found.
enum News {
    Screen(Box<Screen>),
    Detail(Detail, Vec<String>),
    /// The shop does not answer.
    Gone(String),
}

/// What is drawn.
pub(super) struct Shown {
    pub(super) screen: Screen,
    /// The newest last.
    pub(super) history: VecDeque<Rates>,
    /// Of the detail that is open.
    pub(super) lines: Vec<String>,
    /// Why nothing new comes.
    pub(super) gone: Option<String>,
}

/// Shows it until somebody quits.
pub(super) fn run(watcher: Watcher) -> Outcome {
    if !stdout().is_terminal() {
        return Err(Failure::new(
            "this is no terminal",
            format!("For a pipe: {} top --once", here()),
        ));
    }
    let (news, heard) = channel();
    let (wanted, wishes) = watch::channel(None);
    let auditor = watcher.clone();
    thread::Builder::new()
        .spawn(move || ask_on(watcher, &news, wishes))
        .map_err(|error| Failure::new(format!("no thread: {error}"), ""))?;
    // It also puts the terminal back when something panics.
    let mut terminal = ratatui::try_init().map_err(|error| broken(&error))?;
    let shown = show(&mut terminal, &heard, &wanted, &auditor);
    ratatui::restore();
    shown.map_err(|error| broken(&error))
}

fn broken(error: &std::io::Error) -> Failure {
    Failure::new(format!("the terminal: {error}"), "")
}

fn show(
    terminal: &mut DefaultTerminal,
    heard: &Receiver<News>,
    wanted: &watch::Sender<Option<Detail>>,
    auditor: &Watcher,
) -> std::io::Result<()> {
    let mut state = State::default();
    let mut shown = Shown {
        screen: Screen::default(),
        history: VecDeque::new(),
        lines: Vec::new(),
        gone: None,
    };
    while !state.is_over {
        for news in heard.try_iter() {
            shown.take(news, &state);
        }
        terminal.draw(|frame| {
            let area = frame.area();
            match &state.detail {
                Some(open) => detail::draw(open, &shown, &state, area, frame.buffer_mut()),
                None => draw::live(&shown, &state, area, frame.buffer_mut()),
            }
        })?;
        if event::poll(DRAWN_EVERY)?
            && let Event::Key(key) = event::read()?
            && key.kind != KeyEventKind::Release
        {
            let before = state.detail.clone();
            state.press(key, &shown.screen);
            if std::mem::take(&mut state.wants_audit) {
                begin_audit(auditor.clone());
            }
            if state.detail != before {
                shown.lines.clear();
                wanted.send_replace(state.detail.clone());
            }
        }
    }
    Ok(())
}

/// What comes of it is on the screen when the console is asked next.
fn begin_audit(watcher: Watcher) {
    thread::spawn(move || ask(async { watcher.post("/api/audit").await }));
}

impl Shown {
    fn take(&mut self, news: News, state: &State) {
        match news {
            News::Screen(screen) => {
                self.gone = None;
                self.history.push_back(screen.rates);
                if self.history.len() > REMEMBERED {
                    self.history.pop_front();
                }
                self.screen = *screen;
            }
            News::Detail(detail, lines) if state.detail.as_ref() == Some(&detail) => {
                self.lines = lines
            }
            // Somebody has closed it meanwhile.
            News::Detail(..) => (),
            News::Gone(why) => self.gone = Some(why),
        }
    }
}

/// Asks once a second, until nobody listens any more.
fn ask_on(watcher: Watcher, news: &Sender<News>, mut wishes: watch::Receiver<Option<Detail>>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        let _ = news.send(News::Gone("no runtime".to_owned()));
        return;
    };
    runtime.block_on(async {
        let mut ticks = interval(ASKED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut before = None;
        loop {
            tokio::select! {
                _ = ticks.tick() => (),
                changed = wishes.changed() => if changed.is_err() { return },
            }
            let wish = wishes.borrow_and_update().clone();
            let found = match wish {
                Some(detail) => look_closer(&watcher, detail).await,
                None => match Answers::get(&watcher, before.as_ref()).await {
                    Ok(answers) => News::Screen(Box::new(Screen::of(before.insert(answers)))),
                    Err(failure) => News::Gone(failure.what().to_owned()),
                },
            };
            if news.send(found).is_err() {
                return;
            }
        }
    });
}

async fn look_closer(watcher: &Watcher, open: Detail) -> News {
    let found = match &open {
        Detail::Log(function) => {
            let path = format!("/api/logs?service={function}&limit={LOG_LINES}");
            watcher.get(&path).await.map(|said| detail::log(&said))
        }
        Detail::Trace(id) => {
            let told = trace::find(watcher, id).await;
            told.map(|told| trace::text(&told).lines().map(str::to_owned).collect())
        }
    };
    match found {
        Ok(lines) => News::Detail(open, lines),
        Err(failure) => News::Detail(open, vec![failure.what().to_owned()]),
    }
}
