//! A cart was ordered: what was ordered leaves it. What its owner has put in since stays.

use souk_contracts::OrderPlaced;
use souk_kit::{
    Delivery, Refusal,
    dynamodb::{Committed, optimistic},
};
use uuid::Uuid;

use crate::{app::App, store::carts};

pub(crate) async fn on_order_placed(
    app: App,
    delivery: Delivery<OrderPlaced>,
) -> Result<(), Refusal> {
    let Some(cart_id) = delivery.data.cart_id else {
        return Ok(());
    };
    optimistic(|| take_out(&app, cart_id, &delivery)).await
}

/// `None`: the cart was changed at the same moment. A cart that is gone, or has nothing of the order, is done with.
async fn take_out(
    app: &App,
    cart_id: Uuid,
    delivery: &Delivery<OrderPlaced>,
) -> Result<Option<()>, Refusal> {
    let order = &delivery.data;
    let Some(cart) = carts::find(&app.outbox, order.account_id, cart_id).await? else {
        return Ok(Some(()));
    };
    let Some(rest) = cart.after_order(&order.lines, order.placed_at, app.now(), app.lifetime)
    else {
        return Ok(Some(()));
    };

    let mut tx = app.outbox.begin();
    tx.first_time(delivery)?;
    carts::replace(&mut tx, app.outbox.table(), order.account_id, &cart, &rest)?;
    Ok(match tx.commit().await? {
        Committed::Done | Committed::SeenBefore => Some(()),
        Committed::Refused(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::json;
    use souk_contracts::Contract;

    use super::*;
    use crate::testing::{ADA, Shop};

    #[tokio::test]
    async fn a_cart_that_was_ordered_is_empty_and_stays_so_when_it_is_heard_again() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[("MUG", 2), ("CUP", 1)]).await;
        let order = shop.order(Some(cart), &[("MUG", 2), ("CUP", 1)]);
        let event = order.event(Uuid::now_v7(), shop.now());
        for _ in 0..2 {
            assert_eq!(shop.deliver(&event).await, StatusCode::ACCEPTED);
            let emptied = shop.cart(cart).await;
            assert_eq!(
                (&emptied["lines"], &emptied["version"]),
                (&json!([]), &json!(4))
            );
        }
    }

    #[tokio::test]
    async fn what_was_put_in_after_the_order_stays_however_late_and_often_that_is_heard() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[("MUG", 2), ("CUP", 1)]).await;
        let order = shop.order(Some(cart), &[("MUG", 2), ("CUP", 1)]);
        shop.wait(TimeDelta::seconds(1));
        shop.set(cart, "CUP", 1).await;
        for _ in 0..2 {
            let event = order.event(Uuid::now_v7(), shop.now());
            assert_eq!(shop.deliver(&event).await, StatusCode::ACCEPTED);
            let lines = &shop.cart(cart).await["lines"];
            assert_eq!(lines, &json!([{ "sku": "CUP", "quantity": 1 }]));
            shop.wait(TimeDelta::minutes(10));
        }
    }

    #[tokio::test]
    async fn an_order_without_a_cart_or_with_one_that_is_gone_changes_nothing() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[("MUG", 2)]).await;
        for named in [None, Some(Uuid::from_u128(404))] {
            let order = shop.order(named, &[("MUG", 2)]);
            let event = order.event(Uuid::now_v7(), shop.now());
            assert_eq!(shop.deliver(&event).await, StatusCode::ACCEPTED);
        }
        assert_eq!(shop.cart(cart).await["lines"][0]["quantity"], 2);
    }

    #[tokio::test]
    async fn an_order_of_somebody_else_empties_nothing() {
        let shop = Shop::open().await;
        let cart = shop.cart_of(&[("MUG", 2)]).await;
        let mut order = shop.order(Some(cart), &[("MUG", 2)]);
        assert_eq!(order.account_id, ADA);
        order.account_id = Uuid::from_u128(666);
        let event = order.event(Uuid::now_v7(), shop.now());
        assert_eq!(shop.deliver(&event).await, StatusCode::ACCEPTED);
        assert_eq!(shop.cart(cart).await["lines"][0]["quantity"], 2);
    }
}
