//! A connection inside a transaction. However it is dropped, no open transaction goes back to the pool.

use sqlx::{PgConnection, PgPool, Postgres, pool::PoolConnection, raw_sql};

/// sqlx's own transaction cannot let its commit travel with other statements; this one can.
pub(super) struct Open(Option<PoolConnection<Postgres>>);

impl Open {
    /// A connection, on which the transaction is about to be begun.
    pub(super) async fn of(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Ok(Self(Some(pool.acquire().await?)))
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        self.0
            .as_deref_mut()
            .expect("the connection leaves only when the transaction has ended")
    }

    /// The transaction has ended.
    pub(super) fn close(&mut self) {
        self.0 = None;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(mut connection) = self.0.take() else {
            return;
        };
        tokio::spawn(async move {
            if let Err(error) = raw_sql("rollback").execute(&mut *connection).await {
                tracing::warn!(%error, "a transaction could not be rolled back; its connection is closed");
                connection.close_on_drop();
            }
        });
    }
}
