//! The table `erased_accounts`, and what is taken out of shipments because of it. What was sent when stays. So does the
//! country.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Notes that the owner of an account is to be forgotten, and waits for whoever is changing one of its shipments: what is over
/// is over for whoever looks then.
pub(crate) async fn note(
    conn: &mut PgConnection,
    account_id: Uuid,
    erased_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let insert = "insert into erased_accounts (account_id, erased_at) values ($1, $2) on conflict do nothing";
    sqlx::query(insert)
        .bind(account_id)
        .bind(erased_at)
        .execute(&mut *conn)
        .await?;
    let lock = "select from shipments where account_id = $1 order by shipment_id for update";
    sqlx::query(lock).bind(account_id).execute(conn).await?;
    Ok(())
}

/// Takes people out of the shipments of an account that are over, if the account was erased. A shipment that this transaction
/// has just moved must be written before.
pub(crate) async fn apply(conn: &mut PgConnection, account_id: Uuid) -> Result<(), sqlx::Error> {
    let update = "update shipments set shipping_address = jsonb_build_object('name', $2, 'line1', $2, \
                  'postal_code', $2, 'city', $2, 'country', shipping_address->'country') \
                  where account_id = $1 and state in ('delivered', 'cancelled') \
                  and shipping_address->>'name' <> $2 \
                  and exists (select from erased_accounts where account_id = $1)";
    let query = sqlx::query(update).bind(account_id).bind("erased");
    query.execute(conn).await.map(drop)
}
