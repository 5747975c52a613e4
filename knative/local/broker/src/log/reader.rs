//! Reads the file for those who are not at its end.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, params};

use super::{Partition, record};
use crate::event::Stored;

/// How much is read at once. A row can be a megabyte large, and many triggers may lag.
const EVENTS_MAX: u32 = 64;
const BYTES_MAX: usize = 2 << 20;

/// A connection of its own, so that reading never waits for a sync.
#[derive(Clone)]
pub(super) struct Reader {
    connection: Arc<Mutex<Connection>>,
}

impl Reader {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection: Arc::new(Mutex::new(connection)),
        }
    }

    pub(super) async fn read(
        &self,
        partition: &Arc<Partition>,
        offset: u64,
    ) -> rusqlite::Result<Vec<Arc<Stored>>> {
        let id = partition.id;
        let sql = format!(
            "SELECT {} FROM events JOIN partitions ON partitions.id = events.partition_id
             WHERE events.partition_id = ?1 AND events.offset >= ?2 ORDER BY events.offset LIMIT ?3",
            record::COLUMNS
        );
        self.query(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![id, offset, EVENTS_MAX], record::read)?;
            let (mut events, mut bytes) = (Vec::new(), 0);
            for row in rows {
                let event = row?;
                bytes += event.event.data.len();
                events.push(Arc::new(event));
                if bytes >= BYTES_MAX {
                    break;
                }
            }
            Ok(events)
        })
        .await
    }

    /// The newest `count` events, oldest first.
    pub(super) async fn newest(&self, count: u32) -> rusqlite::Result<Vec<Arc<Stored>>> {
        let sql = format!(
            "SELECT {} FROM events JOIN partitions ON partitions.id = events.partition_id
             ORDER BY events.sequence DESC LIMIT ?1",
            record::COLUMNS
        );
        self.query(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([count], record::read)?;
            let mut events: Vec<_> = rows
                .map(|row| row.map(Arc::new))
                .collect::<rusqlite::Result<_>>()?;
            events.reverse();
            Ok(events)
        })
        .await
    }

    async fn query<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let connection = Arc::clone(&self.connection);
        let task = tokio::task::spawn_blocking(move || {
            query(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        // The task does not panic; it can only be lost when the runtime ends, and then nobody asks.
        task.await
            .unwrap_or_else(|error| Err(rusqlite::Error::ToSqlConversionFailure(error.into())))
    }
}
