//! The history on disk: one SQLite file, one thread that writes, a few connections that read.
//!
//! - **Nobody waits for the writer.** What comes in goes into a queue with a bound; what has no room is dropped and counted.
//! - **The writer takes what waits.** It sleeps until something comes, gathers for a moment, and writes it in one transaction.
//! - **Lists are quick.** Each trace has a row that is kept up to date as spans come, so that no list reads spans.
//! - **It is bounded**: by spans, lines, points, age and bytes; what came first goes first.

mod insert;
mod logs;
mod metrics;
mod names;
mod prune;
mod queue;
mod read;
mod schema;
mod span_rows;
#[cfg(test)]
mod tests;
mod trace;
mod traces;
mod writer;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{broadcast, oneshot};

use crate::record::{LogRecord, PointRecord, ReadMark, SeriesRecord, TracedSpan};
use crate::telemetry::{Limits, Now};
use queue::Queue;
use read::Readers;

pub(crate) use logs::{LogFilter, LogLine, LogPage};
pub(crate) use metrics::StoredSeries;
pub(crate) use queue::Counts;
pub(crate) use trace::Trace;
pub(crate) use traces::{TraceFilter, TraceHead, TracePage};

/// How many log lines somebody who follows may fall behind.
const FOLLOWED: usize = 1024;

/// What is said to the writer.
pub(crate) enum Command {
    Spans(Vec<TracedSpan>),
    /// Lines, and how far a file was read by them.
    Logs(Vec<LogRecord>, Option<ReadMark>),
    Points(Vec<(SeriesRecord, PointRecord)>),
    /// Answered when everything before it is in the file.
    Flush(oneshot::Sender<()>),
}

/// A handle on the history. Clones are the same; the writer ends when the last one is gone.
#[derive(Clone)]
pub(crate) struct Store {
    queue: Queue,
    readers: Readers,
    lines: broadcast::Sender<Arc<LogLine>>,
}

impl Store {
    /// Opens the history in `folder`.
    pub(crate) fn open(folder: &Path, limits: Limits, now: Now) -> rusqlite::Result<Self> {
        let connection = schema::open(folder)?;
        let counts = Arc::new(Counts::default());
        let (queue, inbox) = Queue::new(Arc::clone(&counts));
        let (lines, _) = broadcast::channel(FOLLOWED);
        writer::start(connection, inbox, limits, now, counts, lines.clone())?;
        Ok(Self {
            queue,
            readers: Readers::new(folder.to_owned()),
            lines,
        })
    }

    /// Takes spans; false when there was no room for them.
    pub(crate) fn spans(&self, spans: Vec<TracedSpan>) -> bool {
        self.queue.put(spans.len(), Command::Spans(spans))
    }

    /// Takes lines; false when there was no room for them.
    pub(crate) fn logs(&self, lines: Vec<LogRecord>) -> bool {
        self.queue.put(lines.len(), Command::Logs(lines, None))
    }

    /// Takes what was read of a file. False: there is no room now, and it is to be read again later; nothing counts as dropped.
    pub(crate) fn file_lines(&self, lines: Vec<LogRecord>, mark: ReadMark) -> bool {
        let command = Command::Logs(lines, Some(mark));
        self.queue.try_put(command)
    }

    /// Takes points; false when there was no room for them.
    pub(crate) fn points(&self, points: Vec<(SeriesRecord, PointRecord)>) -> bool {
        self.queue.put(points.len(), Command::Points(points))
    }

    /// Returns when everything before is in the file.
    pub(crate) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.queue.say(Command::Flush(done)) {
            let _ = wait.await;
        }
    }

    /// What is there, and what was dropped.
    pub(crate) fn counts(&self) -> &Counts {
        self.queue.counts()
    }

    /// Lines from now on, as they are written.
    pub(crate) fn follow(&self) -> broadcast::Receiver<Arc<LogLine>> {
        self.lines.subscribe()
    }

    /// The newest traces that match.
    pub(crate) async fn traces(&self, filter: TraceFilter) -> rusqlite::Result<TracePage> {
        self.readers
            .read(move |file| traces::list(file, &filter))
            .await
    }

    /// One trace with its first `limit` spans; `None` when it is not known.
    pub(crate) async fn trace(
        &self,
        trace_id: [u8; 16],
        limit: usize,
    ) -> rusqlite::Result<Option<Trace>> {
        self.readers
            .read(move |file| trace::open(file, trace_id, limit))
            .await
    }

    /// The newest lines that match.
    pub(crate) async fn lines(&self, filter: LogFilter) -> rusqlite::Result<LogPage> {
        self.readers
            .read(move |file| logs::list(file, &filter))
            .await
    }

    /// How far each log file was read.
    pub(crate) async fn read_marks(&self) -> rusqlite::Result<Vec<ReadMark>> {
        self.readers.read(logs::read_marks).await
    }

    /// Every series of these names, without points.
    pub(crate) async fn series(&self) -> rusqlite::Result<Vec<StoredSeries>> {
        self.readers.read(metrics::series).await
    }

    /// The series of one metric, with their points from `from` to `to` and the one before.
    pub(crate) async fn points_of(
        &self,
        name: String,
        source: Option<String>,
        from: i64,
        to: i64,
    ) -> rusqlite::Result<Vec<StoredSeries>> {
        self.readers
            .read(move |file| metrics::points(file, &name, source.as_deref(), from, to))
            .await
    }
}
