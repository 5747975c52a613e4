//! The one thread that writes the file.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;
use std::thread;

use rusqlite::{Connection, TransactionBehavior};
use souk_plan::model::TriggerPlan;
use tokio::sync::{broadcast, mpsc, oneshot};

use super::append::Appender;
use super::command::{Append, AppendError, Command, Position, Regroup};
use super::prune::Retention;
use super::room;
use super::schema::{self, GroupStart};
use super::topic::Topic;
use crate::OpenError;
use crate::event::Stored;

/// How much may be written at once. The bound keeps a batch's sync short, and the wait of the first one in it.
const BATCH_EVENTS_MAX: usize = 512;
const BATCH_BYTES_MAX: usize = 8 << 20;

/// What the thread takes with it.
pub(super) struct Writing {
    pub(super) connection: Connection,
    pub(super) inbox: mpsc::Receiver<Command>,
    pub(super) feed: broadcast::Sender<Arc<Stored>>,
    /// Held until the file is closed.
    pub(super) lock: File,
}

/// Starts the thread.
pub(super) fn start(
    writing: Writing,
    topics: &[Arc<Topic>],
    groups: &[GroupStart],
) -> Result<(), OpenError> {
    let mut writer = Writer {
        appender: Appender::new(&writing.connection, topics).map_err(schema::unusable)?,
        retention: Retention::new(topics, groups),
        topics: topics.to_vec(),
        connection: writing.connection,
        inbox: writing.inbox,
        feed: writing.feed,
    };
    let run = move || {
        let asked_by = writer.run();
        drop(writer);
        drop(writing.lock);
        if let Some(asked_by) = asked_by {
            let _ = asked_by.send(());
        }
    };
    thread::Builder::new()
        .name("souk-broker-log".to_owned())
        .spawn(run)
        .map(drop)
        .map_err(|error| OpenError::new("the log's thread cannot be started", error))
}

struct Writer {
    topics: Vec<Arc<Topic>>,
    connection: Connection,
    inbox: mpsc::Receiver<Command>,
    appender: Appender,
    retention: Retention,
    feed: broadcast::Sender<Arc<Stored>>,
}

/// Whether the disk is to be full, and who waits for it.
type Room = (bool, oneshot::Sender<Result<(), OpenError>>);

/// What waited when the writer was ready for it.
#[derive(Default)]
struct Batch {
    appends: Vec<Append>,
    positions: BTreeMap<(i64, i64), Position>,
    regroup: Option<Regroup>,
    room: Option<Room>,
    close: Option<oneshot::Sender<()>>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, command: Command) {
        match command {
            // Who has given up waiting was told 503, and sends it again.
            Command::Append(append) if append.answer.is_closed() => (),
            Command::Append(append) => {
                self.bytes += append.event.data.len();
                self.appends.push(append);
            }
            Command::Commit(positions) => self.positions.extend(
                positions
                    .into_iter()
                    .map(|position| ((position.group_id, position.partition_id), position)),
            ),
            Command::Regroup(regroup) => self.regroup = Some(regroup),
            Command::Room { full, answer } => self.room = Some((full, answer)),
            Command::Close(asked_by) => self.close = Some(asked_by),
        }
    }

    fn is_full(&self) -> bool {
        // What comes after these is for the writer as it is then.
        self.close.is_some()
            || self.regroup.is_some()
            || self.room.is_some()
            || self.appends.len() >= BATCH_EVENTS_MAX
            || self.bytes >= BATCH_BYTES_MAX
    }
}

impl Writer {
    /// Writes until nobody can ask any more, or somebody asks to close.
    fn run(&mut self) -> Option<oneshot::Sender<()>> {
        while let Some(first) = self.inbox.blocking_recv() {
            let mut batch = Batch::default();
            batch.add(first);
            while !batch.is_full() {
                match self.inbox.try_recv() {
                    Ok(command) => batch.add(command),
                    Err(_) => break,
                }
            }
            if let Some(asked_by) = self.finish(batch) {
                return Some(asked_by);
            }
        }
        None
    }

    fn finish(&mut self, batch: Batch) -> Option<oneshot::Sender<()>> {
        let Batch {
            mut appends,
            positions,
            regroup,
            room,
            close,
            ..
        } = batch;
        let positions: Vec<_> = positions.into_values().collect();
        let written = if appends.is_empty() && positions.is_empty() {
            Ok(Vec::new())
        } else {
            self.write(&mut appends, &positions)
        };
        match written {
            Ok(stored) => self.publish(appends, stored),
            Err(error) => {
                refuse(appends, &error);
                self.save(&positions);
            }
        }
        if let Some(Regroup { triggers, answer }) = regroup {
            let _ = answer.send(self.regroup(&triggers));
        }
        if let Some((full, answer)) = room {
            let _ = answer.send(self.set_full(full));
        }
        close
    }

    /// How far groups have come takes no room: it is kept even when the events of its batch were refused.
    fn save(&mut self, positions: &[Position]) {
        if positions.is_empty() {
            return;
        }
        if let Err(error) = self.write(&mut [], positions) {
            tracing::error!(%error, "how far the triggers are cannot be written to the broker's log");
        }
    }

    fn set_full(&self, full: bool) -> Result<(), OpenError> {
        let done = if full {
            room::take_away(&self.connection)
        } else {
            room::give_back(&self.connection)
        };
        done.map_err(schema::unusable)
    }

    /// Brings the groups in line with other triggers.
    fn regroup(&mut self, triggers: &[TriggerPlan]) -> Result<Vec<GroupStart>, OpenError> {
        let groups = schema::groups(&mut self.connection, &self.topics, triggers)?;
        self.retention = Retention::new(&self.topics, &groups);
        Ok(groups)
    }

    /// All of it, or nothing.
    fn write(
        &mut self,
        appends: &mut [Append],
        positions: &[Position],
    ) -> rusqlite::Result<Vec<Stored>> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let placed = self.appender.append(&transaction, appends)?;
        schema::save_positions(&transaction, positions)?;
        let pruning = self
            .retention
            .prune(&transaction, positions, placed.sequence())?;
        transaction.commit()?;
        self.retention.pruned(pruning);
        Ok(self.appender.commit(placed))
    }

    fn publish(&self, appends: Vec<Append>, stored: Vec<Stored>) {
        let mut touched: Vec<(Arc<Topic>, i64)> = Vec::new();
        for (append, stored) in appends.into_iter().zip(stored) {
            let stored = Arc::new(stored);
            let topic = append.topic;
            if let Some(partition) = topic.partitions().get(stored.partition as usize) {
                partition.push(Arc::clone(&stored));
            }
            match touched
                .iter_mut()
                .find(|(other, _)| Arc::ptr_eq(other, &topic))
            {
                Some((_, last)) => *last = stored.sequence,
                None => touched.push((topic, stored.sequence)),
            }
            let _ = append.answer.send(Ok(()));
            // Nobody may be watching.
            let _ = self.feed.send(stored);
        }
        for (topic, sequence) in touched {
            topic.announce(sequence);
        }
    }
}

fn refuse(appends: Vec<Append>, error: &rusqlite::Error) {
    tracing::error!(%error, events = appends.len(), "nothing can be written to the broker's log");
    for append in appends {
        let _ = append.answer.send(Err(AppendError(error.to_string())));
    }
}
