//! The table `payments`.

use chrono::{DateTime, Utc};
use souk_kit::page::PageQuery;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, QueryBuilder};
use uuid::Uuid;

use super::row::PaymentRow;
use crate::domain::{Payment, State};

/// A payment with what it waits for.
const SELECT: &str = "select order_id, payment_id, account_id, state, wanted, amount_minor, currency, payment_method, \
                      captured_minor, refunded_minor, provider_reference, decline_reason, requested_at, updated_at, \
                      authentication_url, authentication_requested_at, postponed_since, postponed_attempts \
                      from payments left join payment_waits using (order_id)";

/// Where a page of a list begins: after this payment.
pub(crate) type Position = (DateTime<Utc>, Uuid);

/// What is known of an order's payment.
pub(crate) enum Known {
    /// It was requested.
    Requested(Box<Payment>),
    /// The order was cancelled before, so it will not be.
    Unwanted,
}

/// Which payments a list shows.
pub(crate) struct Filter {
    /// Whose; everybody's without.
    pub(crate) account_id: Option<Uuid>,
    /// In this state; in any without.
    pub(crate) state: Option<State>,
}

/// Writes a new payment; whether nothing was known of its order.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    payment: &Payment,
) -> Result<bool, sqlx::Error> {
    let insert = "insert into payments (order_id, payment_id, account_id, state, wanted, amount_minor, currency, \
                  payment_method, requested_at, updated_at) \
                  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) on conflict do nothing";
    let request = &payment.request;
    let query = sqlx::query(insert)
        .bind(request.order_id)
        .bind(payment.payment_id)
        .bind(request.account_id)
        .bind(payment.standing.state.name())
        .bind(payment.standing.wanted.name())
        .bind(request.amount.amount_minor)
        .bind(request.amount.currency.as_str())
        .bind(&request.payment_method)
        .bind(payment.requested_at);
    Ok(query.execute(conn).await?.rows_affected() > 0)
}

/// Notes that no payment is wanted for an order; whether nothing was known of it.
pub(crate) async fn insert_unwanted(
    conn: &mut PgConnection,
    order_id: Uuid,
    payment_id: Uuid,
    account_id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let insert = "insert into payments (order_id, payment_id, account_id, state, wanted, requested_at, updated_at) \
                  values ($1, $2, $3, 'unwanted', 'let_go', $4, $4) on conflict do nothing";
    let query = sqlx::query(insert)
        .bind(order_id)
        .bind(payment_id)
        .bind(account_id)
        .bind(now);
    Ok(query.execute(conn).await?.rows_affected() > 0)
}

/// What is known of an order's payment, which nobody else can change until the transaction ends.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    order_id: Uuid,
) -> Result<Option<Known>, sqlx::Error> {
    let select = format!("{SELECT} where order_id = $1 for update of payments");
    let row: Option<PaymentRow> = sqlx::query_as(AssertSqlSafe(select))
        .bind(order_id)
        .fetch_optional(conn)
        .await?;
    let known = |payment: Option<Payment>| {
        payment.map_or(Known::Unwanted, |payment| {
            Known::Requested(Box::new(payment))
        })
    };
    row.map(|row| row.payment().map(known)).transpose()
}

/// An order's payment, if it was requested.
pub(crate) async fn find(pool: &PgPool, order_id: Uuid) -> Result<Option<Payment>, sqlx::Error> {
    let select = format!("{SELECT} where order_id = $1");
    let row: Option<PaymentRow> = sqlx::query_as(AssertSqlSafe(select))
        .bind(order_id)
        .fetch_optional(pool)
        .await?;
    Ok(row.map(PaymentRow::payment).transpose()?.flatten())
}

/// Writes what can change about a payment that was locked.
pub(crate) async fn save(conn: &mut PgConnection, payment: &Payment) -> Result<(), sqlx::Error> {
    let update = "update payments set state = $2, wanted = $3, captured_minor = $4, refunded_minor = $5, \
                  provider_reference = $6, decline_reason = $7, updated_at = $8 where order_id = $1";
    let query = sqlx::query(update)
        .bind(payment.request.order_id)
        .bind(payment.standing.state.name())
        .bind(payment.standing.wanted.name())
        .bind(payment.captured_minor)
        .bind(payment.refunded_minor)
        .bind(&payment.provider_reference)
        .bind(&payment.decline_reason)
        .bind(payment.updated_at);
    query.execute(conn).await.map(drop)
}

/// One page of payments, newest first, and one more if there is one.
pub(crate) async fn list(
    conn: &mut PgConnection,
    filter: &Filter,
    after: Option<Position>,
    page: &PageQuery,
) -> Result<Vec<Payment>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(SELECT);
    query.push(" where state <> 'unwanted'");
    if let Some(account_id) = filter.account_id {
        query.push(" and account_id = ").push_bind(account_id);
    }
    if let Some(state) = filter.state {
        query.push(" and state = ").push_bind(state.name());
    }
    if let Some((requested_at, order_id)) = after {
        query
            .push(" and (requested_at, order_id) < (")
            .push_bind(requested_at);
        query.push(", ").push_bind(order_id).push(")");
    }
    query
        .push(" order by requested_at desc, order_id desc limit ")
        .push_bind(page.fetch());
    let rows: Vec<PaymentRow> = query.build_query_as().fetch_all(conn).await?;
    let payments = rows.into_iter().filter_map(|row| row.payment().transpose());
    payments.collect()
}
