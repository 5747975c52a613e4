//! An order is paid for: what is held for it is kept until it leaves. What was given back meanwhile is taken again, or the
//! order hears that it cannot be.

use souk_contracts::{Contract, OrderConfirmed, StockRejected};
use souk_kit::{Delivery, Refusal, postgres::Tx};

use super::unknown;
use crate::{
    app::App,
    domain::{Fact, State, Verdict, reserve, step},
    metrics,
    store::{
        reservations::{self, Reservation},
        stock,
    },
};

pub(crate) async fn on_order_confirmed(
    app: App,
    delivery: Delivery<OrderConfirmed>,
) -> Result<(), Refusal> {
    let order_id = delivery.data.order_id;
    // Nearly always; and done twice it is the same, so it needs no inbox.
    if reservations::keep(app.outbox.pool(), order_id, app.outbox.clock().now()).await? {
        return Ok(());
    }
    let Some(mut tx) = app.outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let found = reservations::lock(tx.conn(), order_id).await?;
    let reservation = found.ok_or_else(|| unknown(order_id))?;
    let mut state = reservation.state;
    let is_given_back = step(state, Fact::OrderConfirmed) == Verdict::TakeAgain;
    if is_given_back {
        state = take_again(&mut tx, &reservation).await?;
    }
    tx.commit().await?;
    if is_given_back && state == State::Rejected {
        metrics::rejected();
    }
    Ok(())
}

/// Held again, or rejected.
async fn take_again(tx: &mut Tx, reservation: &Reservation) -> Result<State, Refusal> {
    let (order_id, now) = (reservation.order_id, tx.now());
    let levels = stock::lock(tx.conn(), reservation.pieces.keys()).await?;
    let state = match reserve(&levels, &reservation.pieces) {
        Ok(changes) => {
            stock::promise(tx.conn(), &changes).await?;
            State::Held
        }
        Err(shortages) => {
            tx.emit(
                StockRejected {
                    order_id,
                    shortages,
                }
                .event(tx.id(), now),
            )?;
            State::Rejected
        }
    };
    reservations::become_of(tx.conn(), &[order_id], state, now).await?;
    Ok(state)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use uuid::Uuid;

    use crate::testing::Stockroom;

    async fn expired(room: &mut Stockroom) -> Uuid {
        let order_id = room.reserved(&[("MUG", 4)]).await;
        room.wait(TimeDelta::minutes(31)).await;
        room.sweep().await;
        assert_eq!(room.level("MUG").await, (10, 0));
        order_id
    }

    #[tokio::test]
    async fn what_is_held_for_a_confirmed_order_never_expires() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        let order_id = room.reserved(&[("MUG", 4)]).await;
        assert_eq!(
            room.hear(&room.confirmed(order_id)).await,
            StatusCode::ACCEPTED
        );
        room.wait(TimeDelta::days(30)).await;
        room.sweep().await;
        assert_eq!(room.level("MUG").await, (10, 4));
    }

    #[tokio::test]
    async fn an_order_that_is_confirmed_too_late_gets_its_pieces_if_they_are_still_there() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        let order_id = expired(&mut room).await;
        room.hear(&room.confirmed(order_id)).await;
        assert_eq!(room.level("MUG").await, (10, 4));
        room.wait(TimeDelta::days(1)).await;
        room.sweep().await;
        assert_eq!(room.level("MUG").await, (10, 4), "they are kept now");
    }

    #[tokio::test]
    async fn an_order_whose_pieces_somebody_else_has_by_now_hears_so_once() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        let order_id = expired(&mut room).await;
        room.reserved(&[("MUG", 7)]).await;
        for _ in 0..2 {
            assert_eq!(
                room.hear(&room.confirmed(order_id)).await,
                StatusCode::ACCEPTED
            );
        }
        let (event_type, rejected) = room.next().await;
        assert_eq!(event_type, "dev.souk.stock.rejected.v1");
        assert_eq!(rejected["shortages"][0]["available"], 3);
        assert!(room.rest().await.is_empty(), "it was said twice");
        assert_eq!(room.level("MUG").await, (10, 7));
    }

    #[tokio::test]
    async fn a_cancelled_order_takes_nothing_again() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        let order_id = expired(&mut room).await;
        room.hear(&room.cancelled(order_id)).await;
        assert_eq!(
            room.hear(&room.confirmed(order_id)).await,
            StatusCode::ACCEPTED
        );
        assert_eq!(room.level("MUG").await, (10, 0));
    }

    #[tokio::test]
    async fn an_order_that_nothing_was_reserved_for_is_refused_for_ever() {
        let room = Stockroom::with(&[]).await;
        assert_eq!(
            room.hear(&room.confirmed(Uuid::nil())).await,
            StatusCode::BAD_REQUEST
        );
    }
}
