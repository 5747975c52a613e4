//! The partitions of the table `orders`, as the database has them.

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::domain::{Month, Partition};

/// Two instances that sweep at the same moment: one does it, the other has nothing to do. (The word is arbitrary.)
const LOCK: i64 = 0x6f72_6465_7273;
/// Whoever waits for the table holds up all orders behind it; the next sweep tries again.
const LOCK_TIMEOUT: &str = "2s";

/// Whether this transaction is the one that may change the partitions.
pub(crate) async fn claim(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let claim = "select pg_try_advisory_xact_lock($1)";
    sqlx::query_scalar(claim).bind(LOCK).fetch_one(conn).await
}

/// Those that are by month.
pub(crate) async fn attached(conn: &mut PgConnection) -> Result<Vec<Partition>, sqlx::Error> {
    let select = "select relname::text from pg_inherits join pg_class on pg_class.oid = inhrelid \
                  where inhparent = 'orders'::regclass order by 1";
    let names: Vec<String> = sqlx::query_scalar(select).fetch_all(conn).await?;
    Ok(names
        .iter()
        .filter_map(|name| Partition::named(name))
        .collect())
}

/// Those that were taken off, and are still in this database.
pub(crate) async fn detached(conn: &mut PgConnection) -> Result<Vec<Partition>, sqlx::Error> {
    let select = "select relname::text from pg_class where relkind = 'r' and not relispartition \
                  and relnamespace = (select relnamespace from pg_class where oid = 'orders'::regclass) \
                  and relname ~ '^orders_(until_)?[0-9]{4}_[0-9]{2}$' order by 1";
    let names: Vec<String> = sqlx::query_scalar(select).fetch_all(conn).await?;
    Ok(names
        .iter()
        .filter_map(|name| Partition::named(name))
        .collect())
}

/// The months of orders that have none: the first of them, and the last.
pub(crate) async fn stray(conn: &mut PgConnection) -> Result<Vec<Month>, sqlx::Error> {
    let select = "(select order_id from orders_rest order by order_id limit 1) union all \
                  (select order_id from orders_rest order by order_id desc limit 1)";
    let ids: Vec<Uuid> = sqlx::query_scalar(select).fetch_all(conn).await?;
    Ok(ids.into_iter().filter_map(Month::of_id).collect())
}

/// Keeps everybody else from the orders until the transaction ends: a moment, once a month.
pub(crate) async fn lock(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    let lock = format!(
        "set local lock_timeout = '{LOCK_TIMEOUT}'; lock table orders in access exclusive mode"
    );
    execute(conn, lock).await
}

/// Makes the partition of a month, and moves into it what was placed in that month already.
pub(crate) async fn make(conn: &mut PgConnection, month: Month) -> Result<(), sqlx::Error> {
    let (partition, from, to) = (
        Partition::Of(month),
        month.first_id(),
        month.plus(1).first_id(),
    );
    let statements = format!(
        "create table {partition} (like orders including defaults including constraints); \
         with moved as (delete from orders_rest where order_id >= '{from}' and order_id < '{to}' returning *) \
         insert into {partition} select * from moved; \
         alter table orders attach partition {partition} for values from ('{from}') to ('{to}')"
    );
    execute(conn, statements).await
}

/// Whether there are orders in it whose story is not over.
pub(crate) async fn is_alive(
    conn: &mut PgConnection,
    partition: Partition,
) -> Result<bool, sqlx::Error> {
    let select = format!(
        "select exists (select from {partition} where state not in ('delivered', 'cancelled'))"
    );
    sqlx::query_scalar(AssertSqlSafe(select))
        .fetch_one(conn)
        .await
}

/// Takes a partition off. It stays in the database as a table of its own, to be archived by whoever may.
pub(crate) async fn detach(
    conn: &mut PgConnection,
    partition: Partition,
) -> Result<(), sqlx::Error> {
    execute(
        conn,
        format!("alter table orders detach partition {partition}"),
    )
    .await
}

/// Names of partitions are made of digits, ids of digits and letters: nothing here comes from outside.
async fn execute(conn: &mut PgConnection, statements: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statements))
        .execute(conn)
        .await
        .map(drop)
}
