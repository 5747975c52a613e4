//! An order wants pieces: all of them are set aside, or none.

use souk_contracts::{Contract, OrderPlaced, Shortage, StockLine, StockRejected, StockReserved};
use souk_kit::{Delivery, Refusal, postgres::Tx};

use crate::{
    app::App,
    domain::{State, pieces, reserve},
    metrics,
    store::{reservations, stock},
};

pub(crate) async fn on_order_placed(
    app: App,
    delivery: Delivery<OrderPlaced>,
) -> Result<(), Refusal> {
    let Some(mut tx) = app.outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let wanted = stock_lines(&delivery.data);
    let levels = stock::lock(tx.conn(), pieces(&wanted).keys()).await?;
    let rejected = match reserve(&levels, &pieces(&wanted)) {
        Ok(_) => {
            hold(&app, &mut tx, &delivery.data, wanted).await?;
            false
        }
        Err(shortages) => reject(&mut tx, &delivery.data, shortages).await?,
    };
    tx.commit().await?;
    if rejected {
        metrics::rejected();
    }
    Ok(())
}

/// An order that is known already was cancelled before it was heard of: nothing is held for it, and nothing said.
async fn hold(
    app: &App,
    tx: &mut Tx,
    order: &OrderPlaced,
    lines: Vec<StockLine>,
) -> Result<(), Refusal> {
    let (order_id, now) = (order.order_id, tx.now());
    let expires_at = now + app.holding_time;
    if reservations::hold(tx.conn(), order_id, &lines, now, expires_at).await? {
        let reserved = StockReserved {
            order_id,
            lines,
            expires_at,
        };
        tx.emit(reserved.event(tx.id(), now))?;
    }
    Ok(())
}

/// Whether the order was new.
async fn reject(
    tx: &mut Tx,
    order: &OrderPlaced,
    shortages: Vec<Shortage>,
) -> Result<bool, Refusal> {
    let (order_id, now) = (order.order_id, tx.now());
    let is_new = reservations::note(tx.conn(), order_id, State::Rejected, now).await?;
    if is_new {
        let rejected = StockRejected {
            order_id,
            shortages,
        };
        tx.emit(rejected.event(tx.id(), now))?;
    }
    Ok(is_new)
}

fn stock_lines(order: &OrderPlaced) -> Vec<StockLine> {
    let lines = order.lines.iter();
    lines
        .map(|line| StockLine {
            sku: line.sku.clone(),
            quantity: line.quantity,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::http::StatusCode;
    use futures::future::join_all;
    use serde_json::json;

    use crate::testing::Stockroom;

    #[tokio::test]
    async fn every_line_is_set_aside_and_announced_with_its_time_limit() {
        let mut room = Stockroom::with(&[("MUG", 10), ("CUP", 2)]).await;
        let order = room.placed(&[("MUG", 4), ("CUP", 2)]);
        room.hear(&order).await;
        let (event_type, reserved) = room.next().await;
        assert_eq!(event_type, "dev.souk.stock.reserved.v1");
        assert_eq!(reserved["order_id"], json!(order.order_id));
        assert_eq!(
            reserved["expires_at"],
            json!(room.now() + chrono::TimeDelta::minutes(30))
        );
        assert_eq!(
            (room.level("MUG").await, room.level("CUP").await),
            ((10, 4), (2, 2))
        );
    }

    #[tokio::test]
    async fn when_one_line_is_short_no_line_is_set_aside_and_every_shortage_is_named() {
        let mut room = Stockroom::with(&[("MUG", 10), ("CUP", 2)]).await;
        room.hear(&room.placed(&[("MUG", 4), ("CUP", 3), ("HAT", 1)]))
            .await;
        let (event_type, rejected) = room.next().await;
        assert_eq!(event_type, "dev.souk.stock.rejected.v1");
        let cup = json!({ "sku": "CUP", "requested": 3, "available": 2 });
        let hat = json!({ "sku": "HAT", "requested": 1, "available": 0 });
        assert_eq!(rejected["shortages"], json!([cup, hat]));
        assert_eq!(
            (room.level("MUG").await, room.level("CUP").await),
            ((10, 0), (2, 0))
        );
    }

    #[tokio::test]
    async fn an_order_heard_of_twice_is_reserved_once() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        let order = room.placed(&[("MUG", 4)]);
        // Even as two events, as after an inbox that has forgotten the first.
        assert_eq!(room.hear(&order).await, StatusCode::ACCEPTED);
        assert_eq!(room.hear(&order).await, StatusCode::ACCEPTED);
        assert_eq!(room.rest().await, ["dev.souk.stock.reserved.v1"]);
        assert_eq!(room.level("MUG").await, (10, 4));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn fifty_orders_at_once_get_exactly_the_ten_pieces_there_are() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        let orders: Vec<_> = (0..50).map(|_| room.placed(&[("MUG", 1)])).collect();
        let answers = join_all(orders.iter().map(|order| room.hear(order))).await;
        assert!(
            answers.iter().all(|status| *status == StatusCode::ACCEPTED),
            "{answers:?}"
        );
        let said = room.rest().await;
        let reserved = said
            .iter()
            .filter(|said| *said == "dev.souk.stock.reserved.v1")
            .count();
        assert_eq!((reserved, said.len()), (10, 50));
        assert_eq!(room.level("MUG").await, (10, 10));
    }

    /// Orders name their articles in opposite order, and half of them are cancelled meanwhile: whoever locked rows as they
    /// come would wait in a circle, and PostgreSQL would end one of the transactions.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn orders_and_cancellations_crossing_each_other_neither_deadlock_nor_lose_a_piece() {
        let room = Arc::new(Stockroom::with(&[("MUG", 1000), ("CUP", 1000), ("HAT", 1000)]).await);
        let walk = |n: usize| {
            let room = Arc::clone(&room);
            tokio::spawn(async move {
                let mut wanted = [("MUG", 1), ("CUP", 1), ("HAT", 1)];
                wanted.rotate_left(n % 3);
                let order = room.placed(&wanted);
                let placed = room.hear(&order).await;
                let cancelled = if n.is_multiple_of(2) {
                    room.hear(&room.cancelled(order.order_id)).await
                } else {
                    placed
                };
                (placed, cancelled)
            })
        };
        for walked in join_all((0..60).map(walk)).await {
            assert_eq!(
                walked.unwrap(),
                (StatusCode::ACCEPTED, StatusCode::ACCEPTED)
            );
        }
        for sku in ["MUG", "CUP", "HAT"] {
            assert_eq!(room.level(sku).await, (1000, 30), "{sku}");
        }
        assert_eq!(room.unsound().await, [""; 0]);
    }
}
