//! An order is not to be shipped, if that can still be prevented. Whoever asks is answered each time: nothing will leave, or it
//! is booked after all. If it has left, that was said when it did.

use souk_contracts::{CancellationReason, CancellationRequested};
use souk_kit::{
    Delivery, Refusal,
    postgres::{Outbox, Tx},
};
use uuid::Uuid;

use super::cancel_all;
use crate::{
    announce,
    domain::{CancellationAnswer, Shipment, State, answer},
    store::{shipments, standings},
};

pub(crate) async fn on_cancellation_requested(
    outbox: Outbox,
    delivery: Delivery<CancellationRequested>,
) -> Result<(), Refusal> {
    let Some(mut tx) = outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let CancellationRequested {
        order_id, reason, ..
    } = delivery.data;
    let now = tx.now();
    standings::claim(tx.conn(), order_id, now).await?;
    let shipments = shipments::lock_of_order(tx.conn(), order_id).await?;
    let states: Vec<_> = shipments.iter().map(|shipment| shipment.state).collect();
    match answer(&states, reason == CancellationReason::NotFulfilled) {
        CancellationAnswer::OnItsWay => {}
        CancellationAnswer::StaysBooked => still_booked(&mut tx, &shipments)?,
        CancellationAnswer::GivenUp => give_up(&mut tx, order_id, shipments).await?,
    }
    Ok(tx.commit().await?)
}

fn still_booked(tx: &mut Tx, shipments: &[Shipment]) -> Result<(), Refusal> {
    let waiting = |shipment: &&Shipment| shipment.state == State::Booked;
    for shipment in shipments.iter().filter(waiting) {
        tx.emit(announce::booked(shipment, tx))?;
    }
    Ok(())
}

async fn give_up(tx: &mut Tx, order_id: Uuid, mut shipments: Vec<Shipment>) -> Result<(), Refusal> {
    let now = tx.now();
    standings::cancel(tx.conn(), order_id, now).await?;
    let first = shipments.first().map(|shipment| shipment.shipment_id);
    cancel_all(tx, order_id, &mut shipments).await?;
    Ok(tx.emit(announce::cancelled(order_id, first, tx))?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::http::StatusCode;
    use futures::future::join_all;
    use serde_json::json;
    use souk_contracts::{CancellationReason as Why, Contract};
    use uuid::Uuid;

    use crate::testing::Dock;

    const CANCELLED: &str = "dev.souk.shipment.cancelled.v1";

    #[tokio::test]
    async fn what_waits_to_be_packed_is_cancelled_and_whoever_asks_again_is_told_again() {
        let mut dock = Dock::open().await;
        let order = dock.confirmed();
        let shipment_id = dock.booked(&order).await;
        let wanted = dock.wanted_cancelled(order.order_id, Why::RequestedByCustomer);
        let event = wanted.event(Uuid::now_v7(), dock.now());
        for _ in 0..2 {
            assert_eq!(dock.deliver(&event).await, StatusCode::ACCEPTED);
        }
        let (event_type, first) = dock.next().await;
        assert_eq!(event_type, CANCELLED);
        assert_eq!(first["shipment_id"], json!(shipment_id));
        assert_eq!(dock.shipment(shipment_id).await["status"], "cancelled");
        assert!(dock.rest().await.is_empty(), "one question, two answers");
        dock.hear(&wanted).await;
        assert_eq!(dock.next().await, (CANCELLED.to_owned(), first));
        assert_eq!(dock.dispatch(shipment_id, "T-1").await.status, 409);
    }

    #[tokio::test]
    async fn what_has_left_is_not_cancelled_and_nothing_is_said() {
        let mut dock = Dock::open().await;
        let order = dock.confirmed();
        let shipment_id = dock.booked(&order).await;
        dock.dispatched(shipment_id, "T-1").await;
        for why in [Why::RequestedByCustomer, Why::OutOfStock, Why::NotFulfilled] {
            dock.hear(&dock.wanted_cancelled(order.order_id, why)).await;
        }
        assert_eq!(dock.shipment(shipment_id).await["status"], "dispatched");
        assert!(dock.rest().await.is_empty());
    }

    #[tokio::test]
    async fn nothing_is_booked_for_an_order_that_was_given_up_before_it_was_heard_of() {
        let mut dock = Dock::open().await;
        let order = dock.confirmed();
        let wanted = dock.wanted_cancelled(order.order_id, Why::NotFulfilled);
        assert_eq!(dock.hear(&wanted).await, StatusCode::ACCEPTED);
        let (event_type, answer) = dock.next().await;
        assert_eq!(
            (event_type.as_str(), answer.get("shipment_id")),
            (CANCELLED, None)
        );
        assert_eq!(dock.hear(&order).await, StatusCode::ACCEPTED);
        assert!(dock.shipments_of(order.order_id).await.is_empty());
        assert!(dock.rest().await.is_empty());
    }

    #[tokio::test]
    async fn a_booking_that_was_not_heard_of_is_said_again_and_stays() {
        let mut dock = Dock::open().await;
        let order = dock.confirmed();
        let shipment_id = dock.booked(&order).await;
        dock.hear(&dock.wanted_cancelled(order.order_id, Why::NotFulfilled))
            .await;
        let (event_type, booked) = dock.next().await;
        assert_eq!(event_type, "dev.souk.shipment.booked.v1");
        assert_eq!(booked["shipment_id"], json!(shipment_id));
        assert_eq!(dock.shipment(shipment_id).await["status"], "booked");
        dock.dispatched(shipment_id, "T-1").await;
    }

    /// The merchant hands it over at the moment at which the customer wants it no more: one of the two has it.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_cancellation_that_crosses_the_dispatch_is_agreed_to_if_and_only_if_nothing_has_left()
    {
        let mut dock = Dock::open().await;
        let mut orders = Vec::new();
        for _ in 0..30 {
            let order = dock.confirmed();
            orders.push((order.order_id, dock.booked(&order).await));
        }
        let shared = Arc::new(dock);
        let cross = |(order_id, shipment_id): (Uuid, Uuid)| {
            let dock = Arc::clone(&shared);
            tokio::spawn(async move {
                let (wanted, number) = (
                    dock.wanted_cancelled(order_id, Why::RequestedByCustomer),
                    format!("T-{shipment_id}"),
                );
                let (heard, left) =
                    tokio::join!(dock.hear(&wanted), dock.dispatch(shipment_id, &number));
                assert_eq!(heard, StatusCode::ACCEPTED);
                left.status == StatusCode::OK
            })
        };
        let left = join_all(orders.into_iter().map(cross)).await;
        let left = left
            .into_iter()
            .filter(|left| *left.as_ref().unwrap())
            .count();
        let mut dock = Arc::into_inner(shared).unwrap();
        let said = dock.rest().await;
        let agreed = said.iter().filter(|said| *said == CANCELLED).count();
        assert_eq!((agreed + left, said.len()), (30, 30), "{said:?}");
    }
}
