//! Goods have come in: they can be ordered from now on. Each delivery counts once, however late it is told again.

use souk_contracts::GoodsReceived;
use souk_kit::{Delivery, Refusal};

use crate::{app::App, domain::pieces, store::stock};

pub(crate) async fn on_goods_received(
    app: App,
    delivery: Delivery<GoodsReceived>,
) -> Result<(), Refusal> {
    let Some(mut tx) = app.outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let GoodsReceived {
        delivery_note,
        lines,
        received_at,
    } = &delivery.data;
    let now = tx.now();
    if !stock::is_new(tx.conn(), &delivery.source, &delivery.id, now).await? {
        return Ok(tx.commit().await?);
    }
    stock::receive(tx.conn(), &pieces(lines), delivery_note, *received_at).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use souk_contracts::Contract;
    use uuid::Uuid;

    use crate::testing::Stockroom;

    #[tokio::test]
    async fn a_delivery_adds_to_the_stock_once_and_is_written_down() {
        let room = Stockroom::with(&[("MUG", 10)]).await;
        let event = room
            .goods(&[("MUG", 5), ("CUP", 1), ("MUG", 2)])
            .event(Uuid::now_v7(), room.now());
        for _ in 0..2 {
            assert_eq!(room.deliver(&event).await, StatusCode::ACCEPTED);
        }
        assert_eq!(
            (room.level("MUG").await, room.level("CUP").await),
            ((17, 0), (1, 0))
        );
        assert_eq!(
            room.moved("MUG").await,
            [("received".into(), 10), ("received".into(), 7)]
        );
    }

    #[tokio::test]
    async fn a_delivery_that_is_told_again_after_the_inbox_has_forgotten_it_adds_nothing() {
        let room = Stockroom::with(&[]).await;
        let event = room.goods(&[("MUG", 5)]).event(Uuid::now_v7(), room.now());
        assert_eq!(room.deliver(&event).await, StatusCode::ACCEPTED);
        room.wait(TimeDelta::days(8)).await;
        room.sweep().await;
        let inbox: i64 = sqlx::query_scalar("select count(*) from inbox")
            .fetch_one(room.pool())
            .await
            .unwrap();
        assert_eq!(inbox, 0, "it has not forgotten");
        assert_eq!(room.deliver(&event).await, StatusCode::ACCEPTED);
        assert_eq!(room.level("MUG").await, (5, 0));
    }
}
