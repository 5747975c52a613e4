//! The log: every accepted event in order, and how far each group has come. It stands in for Kafka.
//!
//! It is one SQLite file in WAL mode with `synchronous=FULL`, written by one thread.
//!
//! - **An accepted event is on disk.** The write-ahead log is synced before a commit returns, and only then is the 202 sent.
//! - **Nothing half written is delivered.** Every frame of the write-ahead log has a checksum, and frames without their commit
//!   do not exist for a reader: neither `kill -9`, nor a torn page, nor a full disk leaves half an event.
//! - **Many posters share one sync.** A disk syncs a few hundred times a second. The writer takes whatever waits, writes it
//!   in one transaction and answers all: while one batch is being synced the next one gathers. Offsets of groups go along.
//! - **Delivery does not wait for the disk.** What was committed is handed on in memory; the file is read only by who lags
//!   behind or by the next process.
//!
//! Segment files as Kafka has them would save SQLite's second write (log, then table), but recovery, index, retention and
//! torn writes would be ours to get right. The sync is what costs, and that is the same for both.

mod append;
mod command;
mod newest;
mod partitioner;
mod prune;
mod reader;
mod record;
mod room;
mod schema;
mod tail;
mod topic;
mod writer;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use futures::stream::{BoxStream, StreamExt};
use rusqlite::Connection;
use souk_plan::model::{BrokerPlan, TriggerPlan};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::OpenError;
use crate::event::{Event, Stored};
use command::{Append, Command, Regroup};
use reader::Reader;
use writer::Writing;

pub(crate) use command::{AppendError, Position};
pub(crate) use schema::GroupStart;
pub(crate) use topic::{Partition, Topic};

/// Posters wait in line beyond this.
const QUEUE: usize = 1024;
/// How far a watcher of events may fall behind.
const FEED: usize = 4096;

/// A handle on the log. The writer's thread ends when the last one is gone.
#[derive(Clone)]
pub(crate) struct Log {
    topics: Arc<[Arc<Topic>]>,
    writer: mpsc::Sender<Command>,
    reader: Reader,
    feed: broadcast::Sender<Arc<Stored>>,
}

impl Log {
    /// Opens the log in `dir` and brings it in line with the plan: brokers and groups that are no more are dropped, new groups
    /// start at the end. Gives the groups' positions.
    pub(crate) fn open(
        dir: &Path,
        brokers: &[BrokerPlan],
        triggers: &[TriggerPlan],
    ) -> Result<(Self, Vec<GroupStart>), OpenError> {
        let lock = schema::lock(dir)?;
        let connection = schema::connect(dir)?;
        let reader = Reader::new(schema::connect_to_read(dir)?);
        Self::start(connection, reader, lock, brokers, triggers)
    }

    fn start(
        mut connection: Connection,
        reader: Reader,
        lock: File,
        brokers: &[BrokerPlan],
        triggers: &[TriggerPlan],
    ) -> Result<(Self, Vec<GroupStart>), OpenError> {
        let topics: Arc<[Arc<Topic>]> = schema::topics(&mut connection, brokers)?.into();
        let groups = schema::groups(&mut connection, &topics, triggers)?;
        let (feed, _) = broadcast::channel(FEED);
        let (sender, inbox) = mpsc::channel(QUEUE);
        let writing = Writing {
            connection,
            inbox,
            feed: feed.clone(),
            lock,
        };
        writer::start(writing, &topics, &groups)?;
        let log = Self {
            topics,
            writer: sender,
            reader,
            feed,
        };
        Ok((log, groups))
    }

    pub(crate) fn topics(&self) -> &[Arc<Topic>] {
        &self.topics
    }

    /// Returns when the event is on disk.
    pub(crate) async fn append(&self, topic: &Arc<Topic>, event: Event) -> Result<(), AppendError> {
        let (answer, stored) = oneshot::channel();
        let append = Append {
            topic: Arc::clone(topic),
            event,
            answer,
        };
        let sent = self.writer.send(Command::Append(append)).await;
        sent.map_err(|_| AppendError::closed())?;
        stored.await.map_err(|_| AppendError::closed())?
    }

    /// Some events of the partition from `offset` on; none when there are no more.
    pub(crate) async fn read(
        &self,
        partition: &Arc<Partition>,
        offset: u64,
    ) -> Result<Vec<Arc<Stored>>, rusqlite::Error> {
        match partition.recent(offset) {
            Some(events) => Ok(events),
            None => self.reader.read(partition, offset).await,
        }
    }

    /// Remembers how far groups have come. Returns when the writer has taken it, not when it is on disk.
    pub(crate) async fn commit(&self, positions: Vec<Position>) {
        let _ = self.writer.send(Command::Commit(positions)).await;
    }

    /// Brings the groups in line with other triggers, as `open` does. What was committed before counts.
    pub(crate) async fn regroup(
        &self,
        triggers: Vec<TriggerPlan>,
    ) -> Result<Vec<GroupStart>, OpenError> {
        let closed = || OpenError::new("the triggers stay as they are", AppendError::closed());
        let (answer, groups) = oneshot::channel();
        let regroup = Command::Regroup(Regroup { triggers, answer });
        self.writer.send(regroup).await.map_err(|_| closed())?;
        groups.await.map_err(|_| closed())?
    }

    /// Takes all room away from the file, or gives it back.
    pub(crate) async fn set_full(&self, full: bool) -> Result<(), OpenError> {
        let closed = || OpenError::new("the log's room stays as it is", AppendError::closed());
        let (answer, done) = oneshot::channel();
        let sent = self.writer.send(Command::Room { full, answer }).await;
        sent.map_err(|_| closed())?;
        done.await.map_err(|_| closed())?
    }

    /// Writes what waits and closes the file. Later appends fail.
    pub(crate) async fn close(&self) {
        let (answer, closed) = oneshot::channel();
        if self.writer.send(Command::Close(answer)).await.is_ok() {
            let _ = closed.await;
        }
    }

    /// The newest `count` events, oldest first, and then those to come if `follow`.
    pub(crate) fn newest(&self, count: u32, follow: bool) -> BoxStream<'static, Arc<Stored>> {
        // Listening begins before reading, so that nothing falls between the two.
        let feed = follow.then(|| self.feed.subscribe());
        let past = self.reader.clone();
        futures::stream::once(
            async move { newest::past_and_future(past.newest(count).await, feed) },
        )
        .flatten()
        .boxed()
    }
}

#[cfg(test)]
mod tests;
