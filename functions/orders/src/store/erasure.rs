//! The table `erased_accounts`, and what is taken out of orders because of it. What was bought and what it cost stays: that is
//! in the books. So does the country, which its tax is by.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::partitions;

/// Stands where something was.
const ERASED: &str = "erased";

/// Notes that the owner of an account is to be forgotten, and waits for whoever is changing one of its orders: what is over
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
    let lock = "select from orders where account_id = $1 order by order_id for update";
    sqlx::query(lock).bind(account_id).execute(conn).await?;
    Ok(())
}

/// Takes people out of those orders that are over and whose account was erased, of these accounts. The orders that one
/// transaction has just moved must be written before.
pub(crate) async fn apply(conn: &mut PgConnection, accounts: &[Uuid]) -> Result<(), sqlx::Error> {
    forget(conn, "orders", accounts).await
}

/// The same in the months that were taken off.
pub(crate) async fn apply_to_old(
    conn: &mut PgConnection,
    account_id: Uuid,
) -> Result<(), sqlx::Error> {
    for month in partitions::detached(conn).await? {
        forget(conn, &month.to_string(), &[account_id]).await?;
    }
    Ok(())
}

/// `table` is a name of ours.
async fn forget(
    conn: &mut PgConnection,
    table: &str,
    accounts: &[Uuid],
) -> Result<(), sqlx::Error> {
    let update = format!(
        "update {table} set email = $2, shipping_address = jsonb_build_object('name', $2, 'line1', $2, \
         'postal_code', $2, 'city', $2, 'country', shipping_address->'country') \
         where state in ('delivered', 'cancelled') and email <> $2 \
         and account_id in (select account_id from erased_accounts where account_id = any($1))"
    );
    let query = sqlx::query(AssertSqlSafe(update)).bind(accounts);
    query.bind(ERASED).execute(conn).await.map(drop)
}
