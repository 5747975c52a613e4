//! The one thread that writes the file.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{broadcast, oneshot};

use super::insert::Inserter;
use super::logs::LogLine;
use super::prune::Pruner;
use super::queue::Counts;
use super::{Command, schema};
use crate::telemetry::{Limits, Now};

/// How long the first thing waits for others to be written with.
const GATHERED_FOR: Duration = Duration::from_millis(50);
/// How much is written at once.
const BATCH_MOST: usize = 4096;

/// Starts the thread.
pub(super) fn start(
    connection: Connection,
    inbox: Receiver<Command>,
    limits: Limits,
    now: Now,
    counts: Arc<Counts>,
    lines: broadcast::Sender<Arc<LogLine>>,
) -> rusqlite::Result<()> {
    let mut writer = Writer {
        inserter: Inserter::new(&connection)?,
        pruner: Pruner::new(&connection, limits, &counts)?,
        connection,
        inbox,
        now,
        counts,
        lines,
    };
    let started = thread::Builder::new()
        .name("souk-telemetry".to_owned())
        .spawn(move || writer.run());
    match started {
        Ok(_) => Ok(()),
        Err(error) => Err(rusqlite::Error::ToSqlConversionFailure(Box::new(error))),
    }
}

struct Writer {
    connection: Connection,
    inbox: Receiver<Command>,
    inserter: Inserter,
    pruner: Pruner,
    now: Now,
    counts: Arc<Counts>,
    lines: broadcast::Sender<Arc<LogLine>>,
}

impl Writer {
    /// Writes until nobody can say anything any more.
    fn run(&mut self) {
        while let Ok(first) = self.inbox.recv() {
            let (batch, waiting) = self.gather(first);
            let count = batch.iter().map(Command::len).sum();
            if let Err(error) = self.write(batch) {
                self.counts.drop_some(count as u64);
                self.inserter.forget();
                tracing::warn!(%error, things = count, "the telemetry's history cannot be written");
                if schema::is_broken(&error) {
                    self.give_up();
                    return;
                }
            }
            self.counts.taken(count);
            for one in waiting {
                let _ = one.send(());
            }
        }
    }

    /// What waits, and who wants to know when it is written.
    fn gather(&self, first: Command) -> (Vec<Command>, Vec<oneshot::Sender<()>>) {
        let deadline = Instant::now() + GATHERED_FOR;
        let (mut batch, mut waiting, mut count) = (Vec::new(), Vec::new(), 0);
        let mut next = Some(first);
        while let Some(command) = next.take() {
            count += command.len();
            match command {
                Command::Flush(done) => waiting.push(done),
                other => batch.push(other),
            }
            if count >= BATCH_MOST {
                break;
            }
            let patience = match waiting.is_empty() {
                true => deadline.saturating_duration_since(Instant::now()),
                false => Duration::ZERO,
            };
            next = self.inbox.recv_timeout(patience).ok();
        }
        (batch, waiting)
    }

    fn write(&mut self, batch: Vec<Command>) -> rusqlite::Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let now = crate::time::micros((self.now)());
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        let written = self.inserter.insert(&transaction, batch, now)?;
        self.pruner
            .prune(&transaction, &written, now, &self.counts)?;
        transaction.commit()?;
        self.pruner.measure(&self.connection, &self.counts)?;
        for line in written.lines {
            // Nobody may be following.
            let _ = self.lines.send(Arc::new(line));
        }
        Ok(())
    }

    /// The file is broken: whatever comes from now on is dropped and counted, until the next start makes a new one.
    fn give_up(&self) {
        tracing::error!("the telemetry's history is broken; nothing is kept until the next start");
        while let Ok(command) = self.inbox.recv() {
            self.counts.taken(command.len());
            self.counts.drop_some(command.len() as u64);
        }
        self.counts.bytes.store(0, Ordering::Relaxed);
    }
}
