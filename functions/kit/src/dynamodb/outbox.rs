//! The outbox of a function that keeps its things in DynamoDB: transactions begin here.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;

use super::{Tx, backlog::DynamoBacklog};
use crate::{Clock, Ids, Relay, Sink};

/// Begins transactions whose events are sent once they are committed. Clones share one relay.
#[derive(Clone)]
pub struct Outbox {
    client: Client,
    table: Arc<str>,
    relay: Relay,
    clock: Clock,
    ids: Ids,
}

impl Outbox {
    /// Starts the relay, which looks soon for what an earlier process left behind in `table`.
    pub fn start(client: Client, table: &str, sink: Sink, clock: Clock, ids: Ids) -> Self {
        let table: Arc<str> = table.into();
        let backlog = DynamoBacklog {
            client: client.clone(),
            table: Arc::clone(&table),
            clock: clock.clone(),
        };
        Self {
            relay: Relay::start(Arc::new(backlog), sink),
            client,
            table,
            clock,
            ids,
        }
    }

    /// A transaction. It costs nothing until it is committed.
    pub fn begin(&self) -> Tx {
        Tx::begin(self.clone())
    }

    /// Sends what was left behind.
    pub async fn sweep(&self) -> Result<(), String> {
        self.relay.sweep().await
    }

    /// Done when everything committed so far is sent or given up; for [`crate::Service::drain`].
    pub async fn drained(self) {
        self.relay.drained().await;
    }

    /// The client, for reading outside a transaction.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The table that everything is in.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The clock that its transactions go by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(super) fn relay(&self) -> &Relay {
        &self.relay
    }
}

impl From<Outbox> for Relay {
    fn from(outbox: Outbox) -> Self {
        outbox.relay
    }
}
