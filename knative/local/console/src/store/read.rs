//! Connections that read, for as long as a question takes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::schema;

/// How many questions are answered at once; others wait.
const AT_ONCE: usize = 2;

/// Answers questions on threads of their own. Clones are the same.
#[derive(Clone)]
pub(super) struct Readers(Arc<Pool>);

struct Pool {
    folder: PathBuf,
    idle: Mutex<Vec<Connection>>,
    turns: Semaphore,
}

impl Readers {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(Arc::new(Pool {
            folder,
            idle: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
        }))
    }

    /// Asks one question.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        // The semaphore is never closed.
        let _turn = self.0.turns.acquire().await;
        let pool = Arc::clone(&self.0);
        let asked = tokio::task::spawn_blocking(move || {
            let connection = match pool.take() {
                Some(connection) => connection,
                None => schema::open_to_read(&pool.folder)?,
            };
            let transaction = connection.unchecked_transaction()?;
            let answer = question(&transaction)?;
            drop(transaction);
            pool.give_back(connection);
            Ok(answer)
        });
        asked
            .await
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?
    }
}

impl Pool {
    fn take(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(connection);
    }
}
