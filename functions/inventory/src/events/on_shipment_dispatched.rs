//! A parcel has left: its pieces are booked out. They leave even if nothing was held any more, as long as nobody else was
//! promised them; otherwise somebody has to count, and finds the fact among the dead letters.

use souk_contracts::ShipmentDispatched;
use souk_kit::{Delivery, Refusal, postgres::Tx};

use super::unknown;
use crate::{
    app::App,
    domain::{Fact, Pieces, State, Verdict, book_out, describe, pieces, step},
    store::{
        reservations::{self, Reservation},
        stock::{self, Cause},
    },
};

pub(crate) async fn on_shipment_dispatched(
    app: App,
    delivery: Delivery<ShipmentDispatched>,
) -> Result<(), Refusal> {
    let Some(mut tx) = app.outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let order_id = delivery.data.order_id;
    let found = reservations::lock(tx.conn(), order_id).await?;
    let reservation = found.ok_or_else(|| unknown(order_id))?;
    if let Verdict::BookOut { held } = step(reservation.state, Fact::ShipmentDispatched) {
        leave(&mut tx, &reservation, held, &pieces(&delivery.data.lines)).await?;
    }
    Ok(tx.commit().await?)
}

async fn leave(
    tx: &mut Tx,
    reservation: &Reservation,
    held: bool,
    left: &Pieces,
) -> Result<(), Refusal> {
    let (order_id, now) = (reservation.order_id, tx.now());
    let held = if held {
        reservation.pieces.clone()
    } else {
        Pieces::new()
    };
    let levels = stock::lock(tx.conn(), held.keys().chain(left.keys())).await?;
    let oversold = |shortages: Vec<_>| {
        let what = describe(&shortages);
        Refusal::Never(format!(
            "the parcel of order {order_id} holds pieces that others were promised: {what}"
        ))
    };
    let changes = book_out(&levels, &held, left).map_err(oversold)?;
    stock::transfer(tx.conn(), &changes, &Cause::BookedOut { order_id }, now).await?;
    Ok(reservations::become_of(tx.conn(), &[order_id], State::BookedOut, now).await?)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use uuid::Uuid;

    use crate::testing::Stockroom;

    #[tokio::test]
    async fn what_was_held_leaves_once_and_is_written_down() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        let order_id = room.reserved(&[("MUG", 4)]).await;
        for _ in 0..2 {
            assert_eq!(
                room.hear(&room.dispatched(order_id, &[("MUG", 4)])).await,
                StatusCode::ACCEPTED
            );
        }
        assert_eq!(room.level("MUG").await, (6, 0));
        assert_eq!(
            room.moved("MUG").await,
            [("received".into(), 10), ("booked_out".into(), -4)]
        );
    }

    #[tokio::test]
    async fn what_was_held_and_did_not_leave_is_free_again() {
        let mut room = Stockroom::with(&[("MUG", 10), ("CUP", 2)]).await;
        let order_id = room.reserved(&[("MUG", 4), ("CUP", 1)]).await;
        room.hear(&room.dispatched(order_id, &[("MUG", 3)])).await;
        assert_eq!(
            (room.level("MUG").await, room.level("CUP").await),
            ((7, 0), (2, 0))
        );
        assert_eq!(room.unsound().await, [""; 0]);
    }

    #[tokio::test]
    async fn a_parcel_of_an_order_that_had_expired_leaves_as_long_as_its_pieces_are_nobodys() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        let (free, taken) = (
            room.reserved(&[("MUG", 4)]).await,
            room.reserved(&[("MUG", 6)]).await,
        );
        room.wait(TimeDelta::minutes(31)).await;
        room.sweep().await;
        room.reserved(&[("MUG", 6)]).await;

        assert_eq!(
            room.hear(&room.dispatched(free, &[("MUG", 4)])).await,
            StatusCode::ACCEPTED
        );
        assert_eq!(room.level("MUG").await, (6, 6));
        let refused = room.hear(&room.dispatched(taken, &[("MUG", 6)])).await;
        assert_eq!(
            refused,
            StatusCode::BAD_REQUEST,
            "pieces of somebody else have left silently"
        );
        assert_eq!(room.level("MUG").await, (6, 6));
        assert_eq!(room.unsound().await, [""; 0]);
    }

    #[tokio::test]
    async fn a_refused_parcel_leaves_after_somebody_has_counted() {
        let mut room = Stockroom::with(&[("MUG", 4)]).await;
        let order_id = room.reserved(&[("MUG", 4)]).await;
        room.hear(&room.cancelled(order_id)).await;
        room.reserved(&[("MUG", 4)]).await;
        let parcel = room.dispatched(order_id, &[("MUG", 1)]);
        assert_eq!(room.hear(&parcel).await, StatusCode::BAD_REQUEST);
        room.hear(&room.goods(&[("MUG", 1)])).await;
        assert_eq!(room.hear(&parcel).await, StatusCode::ACCEPTED);
        assert_eq!(room.level("MUG").await, (4, 4));
    }

    #[tokio::test]
    async fn a_parcel_of_an_unknown_order_is_refused_for_ever() {
        let room = Stockroom::with(&[("MUG", 4)]).await;
        let parcel = room.dispatched(Uuid::nil(), &[("MUG", 1)]);
        assert_eq!(room.hear(&parcel).await, StatusCode::BAD_REQUEST);
    }
}
