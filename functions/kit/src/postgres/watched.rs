//! A transaction as it is told of: one span from the wait for a connection to the commit, and one value of its duration.

use tracing::Span;

use crate::telemetry::{
    Call,
    database::{Operation, POSTGRESQL},
    statements::{transaction_begins, transaction_ends},
};

const COMMITTED: &str = "COMMIT";
const ROLLED_BACK: &str = "ROLLBACK";

/// A transaction that is open. Dropped before it is committed or has failed, it is rolled back.
#[derive(Debug)]
pub(super) struct Watched {
    call: Option<Call>,
    within: Span,
}

impl Watched {
    /// It begins now, as a part of what is being done.
    pub(super) fn begin() -> Self {
        let call = Call::begin();
        let within = match call {
            Some(_) => Span::current(),
            None => Span::none(),
        };
        transaction_begins(&within);
        Self { call, within }
    }

    /// If this has failed, so has the transaction.
    pub(super) fn failing<T>(&mut self, outcome: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if let Err(error) = &outcome {
            self.end(ROLLED_BACK, Some(&kind(error)));
        }
        outcome
    }

    /// It is committed.
    pub(super) fn committed(&mut self) {
        self.end(COMMITTED, None);
    }

    fn end(&mut self, name: &'static str, error: Option<&str>) {
        if let Some(call) = self.call.take() {
            let operation = Operation {
                system: POSTGRESQL,
                name: name.into(),
                collection: None,
            };
            operation.end(call, error);
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.end(ROLLED_BACK, None);
        transaction_ends(&self.within);
    }
}

/// The SQLSTATE, or what has failed before the server could say one.
fn kind(error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|error| error.code());
    match error {
        _ if code.is_some() => code.unwrap_or_default().into_owned(),
        sqlx::Error::PoolTimedOut => "pool_timeout".to_owned(),
        sqlx::Error::Io(_) => "io".to_owned(),
        sqlx::Error::PoolClosed => "pool_closed".to_owned(),
        _ => "other".to_owned(),
    }
}
