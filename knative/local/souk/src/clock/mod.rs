//! The shop's time of day. `up --movable-clock` lets it be moved forward: for the functions, the stand-ins and this process at once, by a
//! library that is loaded into each of them (`knative/local/clock`).
//!
//! This process has the library as well, so that whatever it does by the time of day goes along without knowing: PingSources, the gateway's
//! look at a token's `exp`, the time to live of DynamoDB's items, the times of events.

mod file;
mod linked;
mod preload;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::cli::UpOptions;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::me;
use crate::{cargo_build, control, programs};
use file::ClockFile;

pub(crate) use preload::Preload;

/// The time of day of the shop. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock(Option<ClockFile>);

/// The clock, and what processes need to see it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Time {
    pub(crate) clock: Clock,
    /// None: they see the system's.
    pub(crate) preload: Option<Preload>,
}

/// `GET /clock`. Fields may be added; none goes away.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Status {
    /// What every process of the shop sees now.
    pub(crate) now: DateTime<Utc>,
    /// Whether it can be moved.
    pub(crate) movable: bool,
    /// How far it is ahead of the system's.
    pub(crate) moved_seconds: u64,
}

/// Why it was not moved.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotMoved {
    /// The shop was opened without `--movable-clock`.
    NotMovable,
    /// The sentence says what is wrong.
    Wrong(String),
}

impl Clock {
    /// How it is.
    pub(crate) fn status(&self) -> Status {
        let moved = self.0.as_ref().map(ClockFile::seconds);
        Status {
            now: Utc::now(),
            movable: self.0.is_some(),
            moved_seconds: moved.and_then(Result::ok).unwrap_or_default(),
        }
    }

    /// Moves it forward. Every process sees that with its next look, and it is on disk.
    pub(crate) fn advance(&self, seconds: u64) -> Result<(), NotMoved> {
        let file = self.0.as_ref().ok_or(NotMoved::NotMovable)?;
        file.advance(seconds).map_err(NotMoved::Wrong)
    }
}

/// How many seconds the clock of the shop in this data directory is ahead of the machine's; a sentence when its file is no clock.
pub(crate) fn moved_in(data_dir: &DataDir) -> Result<u64, String> {
    let file = ClockFile::at(data_dir.clock());
    match file.exists() {
        true => file.seconds(),
        false => Ok(0),
    }
}

/// The clock of the shop in this data directory. When it is to be movable and this process does not have the library (`preload`), the
/// process begins again with it, and this does not return.
///
/// A clock that was moved once stays so: the shop's tokens, orders and events are of that time.
pub(crate) fn enter(
    options: &UpOptions,
    data_dir: &DataDir,
    preload: Option<&Preload>,
) -> Outcome<Clock> {
    let file = ClockFile::at(data_dir.clock());
    let moved = file.exists() && file.seconds().map_err(|why| unreadable(&why))? > 0;
    if !options.movable_clock && !moved {
        return Ok(Clock::default());
    }
    if options.images.is_some() {
        return Err(Failure::new(
            "the clock of containers cannot be moved, and this shop's is to be",
            format!("Run the executables: {} up --movable-clock", me()),
        ));
    }
    match preload {
        Some(preload) if preload.is_for(file.path()) => {
            preload.check()?;
            Ok(Clock(Some(file)))
        }
        _ => {
            // Seen before anything is built.
            drop(data_dir.lock()?);
            file.make().map_err(|why| unreadable(&why))?;
            Err(Preload::new(library(options)?, file.path().to_owned())?.begin_again())
        }
    }
}

/// Names the programs whose clock cannot be moved because they are linked statically.
pub(crate) fn check_programs<'a>(
    folder: &Path,
    names: impl IntoIterator<Item = &'a String>,
) -> Outcome {
    let is_static = |name: &&String| linked::is_static(&folder.join(name)).unwrap_or(false);
    let found: Vec<&str> = names
        .into_iter()
        .filter(is_static)
        .map(String::as_str)
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!(
            "the clock of programs that are linked statically cannot be moved: {}",
            found.join(", ")
        ),
        "Build them for a target with glibc, or leave --movable-clock out.",
    ))
}

/// The library: built if it can be, beside the functions or beside souk itself.
fn library(options: &UpOptions) -> Outcome<PathBuf> {
    if let Some(repository) = programs::to_build_in(options) {
        control::client::ask(cargo_build::clock(&repository))?;
    }
    let mut folders = vec![programs::folder(options)?];
    let own = std::env::current_exe().ok();
    folders.extend(own.and_then(|own| Some(own.parent()?.to_owned())));
    folders.dedup();
    let places = folders.iter().map(|folder| folder.join(preload::LIBRARY));
    places.clone().find(|place| place.is_file()).ok_or_else(|| {
        let places: Vec<_> = places.map(|place| place.display().to_string()).collect();
        Failure::new(
            format!(
                "the library that moves the clock is missing: {}",
                places.join(", ")
            ),
            "Build it: cargo build --package souk-clock",
        )
    })
}

fn unreadable(why: &str) -> Failure {
    Failure::new(
        why,
        "It says how far the shop's clock was moved. Without it the shop's time goes back to the system's.",
    )
}

/// `1 d 1 h 30 min`, for people.
pub(crate) fn span(seconds: u64) -> String {
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let told = parts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if told.is_empty() {
        "0 s".to_owned()
    } else {
        told.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_the_systems_cannot_be_moved() {
        let clock = Clock::default();
        assert_eq!(clock.advance(1), Err(NotMoved::NotMovable));
        assert_eq!(clock.status().moved_seconds, 0);
    }

    #[test]
    fn a_span_is_told_without_what_is_nothing() {
        for (seconds, told) in [(0, "0 s"), (1_800, "30 min"), (90_061, "1 d 1 h 1 min 1 s")] {
            assert_eq!(span(seconds), told);
        }
    }
}
