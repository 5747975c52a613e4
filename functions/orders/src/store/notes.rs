//! The table `order_notes`. Its rows are written and read by whoever has locked the order's.

use chrono::{DateTime, Utc};
use souk_contracts::CancellationReason;
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use super::row::unreadable;
use crate::domain::{
    Cancellation, Notes, Order, PaymentProblem, State, cancellation_named, cancellation_text,
};

/// Notes as their row, or as the columns of an outer join.
#[derive(Default, FromRow)]
pub(super) struct NotesRow {
    confirmed_at: Option<DateTime<Utc>>,
    booked_at: Option<DateTime<Utc>>,
    cancellation_requested_at: Option<DateTime<Utc>>,
    cancellation_reason: Option<String>,
    cancellation_asked_at: Option<DateTime<Utc>>,
    payment_problem: Option<String>,
    payment_problem_at: Option<DateTime<Utc>>,
}

/// Writes what was noted of an order that is locked.
pub(crate) async fn save(conn: &mut PgConnection, order: &Order) -> Result<(), sqlx::Error> {
    let upsert = "insert into order_notes (order_id, confirmed_at, booked_at, cancellation_requested_at, \
                  cancellation_reason, cancellation_asked_at, payment_problem, payment_problem_at) \
                  values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (order_id) do update set \
                  confirmed_at = excluded.confirmed_at, booked_at = excluded.booked_at, \
                  cancellation_requested_at = excluded.cancellation_requested_at, \
                  cancellation_reason = excluded.cancellation_reason, \
                  cancellation_asked_at = excluded.cancellation_asked_at, \
                  payment_problem = excluded.payment_problem, payment_problem_at = excluded.payment_problem_at";
    let (notes, wanted) = (&order.notes, order.notes.cancellation);
    let problem = notes.payment_problem.as_ref();
    let unanswered = matches!(order.state, State::Cancelling(_));
    let query = sqlx::query(upsert)
        .bind(order.order_id)
        .bind(notes.confirmed_at)
        .bind(notes.booked_at)
        .bind(wanted.map(|wanted| wanted.requested_at))
        .bind(wanted.map(|wanted| cancellation_text(wanted.reason)))
        .bind(wanted.filter(|_| unanswered).map(|wanted| wanted.asked_at))
        .bind(problem.map(|problem| &problem.reason))
        .bind(problem.map(|problem| problem.noted_at));
    query.execute(conn).await.map(drop)
}

/// What was noted of an order that this transaction has locked: a statement of its own, since one that waits for the lock
/// would see the notes as they were before.
pub(super) async fn find(conn: &mut PgConnection, order_id: Uuid) -> Result<NotesRow, sqlx::Error> {
    let select = concat!(
        "select ",
        note_columns!(),
        " from order_notes where order_id = $1"
    );
    let found = sqlx::query_as(select).bind(order_id).fetch_optional(conn);
    Ok(found.await?.unwrap_or_default())
}

/// Confirmed orders of which shipping has said nothing since before `confirmed_before`, oldest first.
pub(crate) async fn unbooked(
    pool: &PgPool,
    confirmed_before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let select = "select order_id from order_notes join orders using (order_id) \
                  where booked_at is null and confirmed_at < $1 and state = 'confirmed' \
                  and cancellation_requested_at is null order by confirmed_at limit $2";
    let query = sqlx::query_scalar(select).bind(confirmed_before);
    query.bind(limit).fetch_all(pool).await
}

/// Orders about which shipping was asked before `asked_before`, and is to be asked again.
pub(crate) async fn unanswered(
    pool: &PgPool,
    asked_before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let select = "select order_id from order_notes join orders using (order_id) \
                  where cancellation_asked_at < $1 and state = 'confirmed' \
                  order by cancellation_asked_at limit $2";
    let query = sqlx::query_scalar(select).bind(asked_before);
    query.bind(limit).fetch_all(pool).await
}

impl NotesRow {
    pub(super) fn notes(self) -> Result<Notes, sqlx::Error> {
        let cancellation = match (self.cancellation_requested_at, &self.cancellation_reason) {
            (Some(requested_at), Some(reason)) => Some(Cancellation {
                reason: reason_of(reason)?,
                requested_at,
                asked_at: self.cancellation_asked_at.unwrap_or(requested_at),
            }),
            _ => None,
        };
        let problem = self.payment_problem.zip(self.payment_problem_at);
        Ok(Notes {
            confirmed_at: self.confirmed_at,
            booked_at: self.booked_at,
            cancellation,
            payment_problem: problem.map(|(reason, noted_at)| PaymentProblem { reason, noted_at }),
        })
    }
}

fn reason_of(name: &str) -> Result<CancellationReason, sqlx::Error> {
    let unknown = || unreadable(format!("`{name}` is no reason to ask shipping"));
    cancellation_named(name).ok_or_else(unknown)
}
