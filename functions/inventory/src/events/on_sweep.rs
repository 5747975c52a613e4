//! The PingSource's call: pieces held for orders that nobody has confirmed are given back, and the outbox is swept.

use serde::de::IgnoredAny;
use souk_kit::{Delivery, Refusal, postgres::Tx};

use crate::{
    app::App,
    domain::{Fact, Pieces, State, Verdict, release, step},
    metrics,
    store::{
        reservations::{self, Reservation},
        stock,
    },
};

/// Few enough to be locked together for a moment.
const BATCH_RESERVATIONS: usize = 100;

/// A ping needs no inbox: what was given back is not found again.
pub(crate) async fn on_sweep(app: App, _: Delivery<IgnoredAny>) -> Result<(), Refusal> {
    while expire(&app).await? == BATCH_RESERVATIONS {}
    app.outbox.sweep().await.map_err(Refusal::Later)
}

/// Lets some reservations expire; how many. Orders is not told: it has its own, shorter patience.
async fn expire(app: &App) -> Result<usize, sqlx::Error> {
    let mut tx = app.outbox.begin().await?;
    let (now, limit) = (tx.now(), BATCH_RESERVATIONS as i64);
    let overdue = reservations::lock_overdue(tx.conn(), now, limit).await?;
    let mut expired = 0;
    if !overdue.is_empty() {
        expired = give_back(&mut tx, &overdue).await?;
    }
    tx.commit().await?;
    metrics::expired(expired);
    Ok(overdue.len())
}

/// How many have expired.
async fn give_back(tx: &mut Tx, overdue: &[Reservation]) -> Result<usize, sqlx::Error> {
    let now = tx.now();
    let (mut freed, mut order_ids) = (Pieces::new(), Vec::new());
    for reservation in overdue {
        if let Verdict::GiveBack(State::Expired) = step(reservation.state, Fact::TimeOver) {
            order_ids.push(reservation.order_id);
            add(&mut freed, &reservation.pieces);
        }
    }
    stock::promise(tx.conn(), &release(&freed)).await?;
    reservations::become_of(tx.conn(), &order_ids, State::Expired, now).await?;
    Ok(order_ids.len())
}

fn add(sum: &mut Pieces, pieces: &Pieces) {
    for (sku, quantity) in pieces {
        *sum.entry(sku.clone()).or_default() += quantity;
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;

    use crate::testing::Stockroom;

    #[tokio::test]
    async fn only_what_nobody_has_confirmed_in_time_is_given_back() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        room.reserved(&[("MUG", 1)]).await;
        let confirmed = room.reserved(&[("MUG", 2)]).await;
        room.hear(&room.confirmed(confirmed)).await;
        room.wait(TimeDelta::minutes(30)).await;
        room.reserved(&[("MUG", 4)]).await;
        room.sweep().await;
        assert_eq!(room.level("MUG").await, (10, 7), "nothing is over time yet");
        room.wait(TimeDelta::seconds(1)).await;
        assert_eq!(room.sweep().await, StatusCode::ACCEPTED);
        assert_eq!(room.level("MUG").await, (10, 6));
    }

    #[tokio::test]
    async fn one_sweep_ends_more_than_one_batch() {
        let room = Stockroom::with(&[("MUG", 500)]).await;
        for _ in 0..=super::BATCH_RESERVATIONS {
            room.hear(&room.placed(&[("MUG", 1)])).await;
        }
        room.wait(TimeDelta::hours(1)).await;
        room.sweep().await;
        assert_eq!(room.level("MUG").await, (500, 0));
    }
}
