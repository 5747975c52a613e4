//! An order will not be shipped: what is held for it is given back. If nothing was heard of it yet, nothing will be held.

use souk_contracts::OrderCancelled;
use souk_kit::{Delivery, Refusal, postgres::Tx};

use crate::{
    app::App,
    domain::{Fact, State, Verdict, release, step},
    store::{
        reservations::{self, Reservation},
        stock,
    },
};

pub(crate) async fn on_order_cancelled(
    app: App,
    delivery: Delivery<OrderCancelled>,
) -> Result<(), Refusal> {
    let Some(mut tx) = app.outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let order_id = delivery.data.order_id;
    match reservations::lock(tx.conn(), order_id).await? {
        Some(reservation) => give_back(&mut tx, &reservation).await?,
        None => {
            let now = tx.now();
            if !reservations::note(tx.conn(), order_id, State::Released, now).await? {
                return Err(Refusal::Later(format!(
                    "order {order_id} was being reserved at this moment"
                )));
            }
        }
    }
    Ok(tx.commit().await?)
}

async fn give_back(tx: &mut Tx, reservation: &Reservation) -> Result<(), sqlx::Error> {
    let now = tx.now();
    let state = match step(reservation.state, Fact::OrderCancelled) {
        Verdict::GiveBack(state) => {
            stock::promise(tx.conn(), &release(&reservation.pieces)).await?;
            state
        }
        Verdict::Note(state) => state,
        _ => return Ok(()),
    };
    reservations::become_of(tx.conn(), &[reservation.order_id], state, now).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::testing::Stockroom;

    #[tokio::test]
    async fn what_was_held_is_given_back_once() {
        let mut room = Stockroom::with(&[("MUG", 10), ("CUP", 1)]).await;
        let order_id = room.reserved(&[("MUG", 4), ("CUP", 1)]).await;
        for _ in 0..2 {
            assert_eq!(
                room.hear(&room.cancelled(order_id)).await,
                StatusCode::ACCEPTED
            );
        }
        assert_eq!(
            (room.level("MUG").await, room.level("CUP").await),
            ((10, 0), (1, 0))
        );
    }

    #[tokio::test]
    async fn an_order_that_was_cancelled_before_it_was_heard_of_gets_nothing_and_is_told_nothing() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        let order = room.placed(&[("MUG", 4)]);
        assert_eq!(
            room.hear(&room.cancelled(order.order_id)).await,
            StatusCode::ACCEPTED
        );
        assert_eq!(room.hear(&order).await, StatusCode::ACCEPTED);
        assert_eq!(room.level("MUG").await, (10, 0));
        assert!(room.rest().await.is_empty());
    }
}
