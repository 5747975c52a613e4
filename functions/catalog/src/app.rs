//! What every handler has at hand.

use souk_kit::dynamodb::{Committed, DynamoError, Outbox, Tx};

use crate::recent::Recent;

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outbox: Outbox,
    pub(crate) recent: Recent,
}

impl App {
    /// With no list made yet.
    pub(crate) fn new(outbox: Outbox) -> Self {
        let recent = Recent::default();
        Self { outbox, recent }
    }

    /// Commits a change of what is sold; false if somebody else was faster.
    pub(crate) async fn commit(&self, tx: Tx) -> Result<bool, DynamoError> {
        let committed = tx.commit().await;
        // Even if the answer was lost it may have been written.
        self.recent.forget();
        Ok(committed? == Committed::Done)
    }
}
