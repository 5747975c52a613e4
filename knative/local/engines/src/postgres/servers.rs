//! Which of the two servers leads, and whether the other one has all that was acknowledged: a small file in the data directory.
//!
//! It is written before what it says comes into force where that is the careful order: `alone` before a commit may be
//! acknowledged without the replica, `synchronous` only when every later one waits for it.

use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{EngineError, durable};

const FILE: &str = "postgres.json";

/// One of the two places where a server can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Server {
    /// In the folder `postgres`, where every shop begins.
    #[serde(rename = "postgres")]
    First,
    /// In the folder `postgres-2`.
    #[serde(rename = "postgres-2")]
    Second,
}

impl Server {
    /// Its folder in the data directory; its log and its port's file are called so as well.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::First => "postgres",
            Self::Second => "postgres-2",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// Whether the replica has everything that was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// No: commits wait for the primary's disk alone.
    Alone,
    /// Commits wait for both disks; what was acknowledged before may still be on its way.
    #[serde(skip_deserializing)]
    Joining,
    /// Yes: commits wait for both disks.
    Synchronous,
}

/// What the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Servers {
    /// The server that takes writes.
    pub(super) primary: Server,
    /// `Alone` or `Synchronous`.
    pub(super) mode: Mode,
    /// Since when the mode is so.
    pub(super) since: DateTime<Utc>,
}

impl Servers {
    /// What is so; without a file, the first server leads, alone.
    pub(super) fn read(data_dir: &Path) -> Result<Self, EngineError> {
        let file = data_dir.join(FILE);
        match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| unusable(&file, &error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self {
                primary: Server::First,
                mode: Mode::Alone,
                since: Utc::now(),
            }),
            Err(error) => Err(unusable(&file, &error)),
        }
    }

    /// Keeps the same server and another mode. That nothing changes is not written.
    pub(super) fn record(&mut self, data_dir: &Path, mode: Mode) -> Result<(), EngineError> {
        if self.mode == mode {
            return Ok(());
        }
        self.write(data_dir, self.primary, mode)
    }

    /// Lets the other server lead, alone.
    pub(super) fn switch(&mut self, data_dir: &Path) -> Result<(), EngineError> {
        self.write(data_dir, self.primary.other(), Mode::Alone)
    }

    fn write(&mut self, data_dir: &Path, primary: Server, mode: Mode) -> Result<(), EngineError> {
        let next = Self {
            primary,
            mode,
            since: Utc::now(),
        };
        let file = data_dir.join(FILE);
        write_durably(&file, &next).map_err(|error| unusable(&file, &error))?;
        *self = next;
        Ok(())
    }
}

/// The folder of the cluster that leads in a data directory. Of the other one nothing has to be kept.
///
/// # Errors
///
/// When the file that says so cannot be read.
pub fn leading_folder(data_dir: &Path) -> Result<&'static str, EngineError> {
    Ok(Servers::read(data_dir)?.primary.folder())
}

fn write_durably(file: &Path, servers: &Servers) -> io::Result<()> {
    durable::write(file, &serde_json::to_vec(servers)?, 0o644)
}

fn unusable(file: &Path, why: &dyn std::fmt::Display) -> EngineError {
    EngineError::new(
        format!("{} cannot be used: {why}", file.display()),
        "It says which of the folders postgres and postgres-2 holds the shop's data. Look which server's log ends later, and write \
         {\"primary\":\"postgres\",\"mode\":\"alone\",\"since\":\"2026-01-01T00:00:00Z\"} with that one.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again_and_a_new_shop_begins_with_the_first_server() {
        let folder = tempfile::tempdir().unwrap();
        let mut servers = Servers::read(folder.path()).unwrap();
        assert_eq!(
            (servers.primary, servers.mode),
            (Server::First, Mode::Alone)
        );
        servers.record(folder.path(), Mode::Alone).unwrap();
        assert!(!folder.path().join(FILE).exists(), "nothing has changed");
        servers.record(folder.path(), Mode::Synchronous).unwrap();
        assert_eq!(Servers::read(folder.path()).unwrap(), servers);
        servers.switch(folder.path()).unwrap();
        let read = Servers::read(folder.path()).unwrap();
        assert_eq!((read.primary, read.mode), (Server::Second, Mode::Alone));
        assert_eq!(leading_folder(folder.path()).unwrap(), "postgres-2");
    }

    #[test]
    fn a_file_that_says_nothing_is_not_guessed_about() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{}").unwrap();
        let said = Servers::read(folder.path()).unwrap_err().to_string();
        assert!(said.contains("postgres.json"), "{said}");
    }
}
