//! The state on disk: one line of JSON for each thing that was done, only ever appended to.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    answer::Answer,
    records::{Intent, Refund, Webhook},
};

const FILE: &str = "journal.jsonl";

/// What one call has done, all of it or nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Record {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) intent: Option<Intent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refund: Option<Refund>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) saved: Option<Saved>,
    /// A webhook that is to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) webhook: Option<Webhook>,
    /// The webhook of this id was taken, or was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) settled: Option<String>,
}

/// What a key was used for, and what was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) key: String,
    pub(crate) asked: String,
    pub(crate) answer: Answer,
}

/// The file.
pub(crate) struct Journal(File);

/// What an earlier run has written. A line that a crash has cut short was never answered for.
pub(crate) fn read(state_dir: &Path) -> io::Result<Vec<Record>> {
    let file = match File::open(path(state_dir)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut records = Vec::new();
    for line in BufReader::new(file).split(b'\n') {
        match serde_json::from_slice(&line?) {
            Ok(record) => records.push(record),
            Err(error) => tracing::warn!(%error, "a line of the journal is passed over"),
        }
    }
    Ok(records)
}

impl Journal {
    /// Begins a new file with what is still known, in place of the old one.
    pub(crate) fn begin(state_dir: &Path, known: impl Iterator<Item = Record>) -> io::Result<Self> {
        let (path, new) = (path(state_dir), state_dir.join(format!("{FILE}.new")));
        let mut file = BufWriter::new(File::create(&new)?);
        for record in known {
            writeln!(file, "{}", serde_json::to_string(&record)?)?;
        }
        file.flush()?;
        fs::rename(&new, &path)?;
        Ok(Self(OpenOptions::new().append(true).open(&path)?))
    }

    /// Adds a line.
    pub(crate) fn append(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.0.write_all(&line)
    }
}

fn path(state_dir: &Path) -> PathBuf {
    state_dir.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(key: &str) -> Record {
        let answer = Answer {
            status: 200,
            body: "{}".to_owned(),
        };
        let saved = Saved {
            key: key.to_owned(),
            asked: String::new(),
            answer,
        };
        Record {
            saved: Some(saved),
            ..Record::default()
        }
    }

    #[test]
    fn a_line_that_was_cut_short_is_passed_over_and_gone_after_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::begin(folder.path(), [saved("a")].into_iter()).unwrap();
        journal.append(&saved("b")).unwrap();
        journal.0.write_all(br#"{"saved":{"key":"c"#).unwrap();
        let known = read(folder.path()).unwrap();
        assert_eq!(known.len(), 2);
        Journal::begin(folder.path(), known.into_iter()).unwrap();
        let text = fs::read_to_string(path(folder.path())).unwrap();
        assert_eq!(text.lines().count(), 2);
    }
}
