//! The table `payment_waits`.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::Wait;

/// Writes what a payment waits for. The caller holds the lock of the payment.
pub(crate) async fn save(
    conn: &mut PgConnection,
    order_id: Uuid,
    wait: &Wait,
) -> Result<(), sqlx::Error> {
    let upsert = "insert into payment_waits (order_id, authentication_url, authentication_requested_at, \
                  postponed_since, postponed_attempts) values ($1, $2, $3, $4, $5) \
                  on conflict (order_id) do update set authentication_url = $2, authentication_requested_at = $3, \
                  postponed_since = $4, postponed_attempts = $5";
    let authentication = wait.authentication.as_ref();
    let query = sqlx::query(upsert)
        .bind(order_id)
        .bind(authentication.map(|authentication| &authentication.url))
        .bind(authentication.map(|authentication| authentication.requested_at))
        .bind(wait.postponed.map(|postponed| postponed.since))
        .bind(
            wait.postponed
                .map(|postponed| i64::from(postponed.attempts)),
        );
    query.execute(conn).await.map(drop)
}
