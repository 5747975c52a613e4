//! Orders that are not to be shipped any more: at every stage, at the moment at which the parcel leaves, and by time.

use journeys::{Answer, Client, PASSWORD, Shop, eventually};
use serde_json::{Value, json};

const ROUNDS: usize = 20;
const PIECES: i64 = 2;

async fn cancel(customer: &Client, order_id: &str) -> Answer {
    let path = format!("/v1/orders/{order_id}/cancel");
    customer.post(&path, json!({})).await
}

async fn dispatch(merchant: &Client, shipment: &str) -> Answer {
    let tracking_number = format!("TN-{shipment}");
    merchant.dispatch(shipment, &tracking_number).await
}

async fn until_payment(merchant: &Client, order_id: &str, status: &str) {
    let path = format!("/v1/payments/{order_id}");
    eventually(&format!("the payment to be {status}"), async || {
        let payment = merchant.get(&path).await;
        if payment.body["status"] == status {
            Ok(())
        } else {
            Err(payment.body)
        }
    })
    .await;
}

async fn until_stock(merchant: &Client, sku: &str, on_hand: i64, reserved: i64) {
    let path = format!("/v1/stock/{sku}");
    eventually(
        &format!("{on_hand} on hand, {reserved} reserved"),
        async || {
            let stock = merchant.get(&path).await;
            if stock.body["on_hand"] == on_hand && stock.body["reserved"] == reserved {
                Ok(())
            } else {
                Err(stock.body)
            }
        },
    )
    .await;
}

/// Where an order ends that somebody has cancelled and somebody has sent off.
async fn outcome(customer: &Client, order_id: &str) -> String {
    let path = format!("/v1/orders/{order_id}");
    eventually("the order to be shipped or cancelled", async || {
        let order = customer.get(&path).await;
        match order.body["status"].as_str() {
            Some(status @ ("shipped" | "cancelled")) => Ok(status.to_owned()),
            _ => Err(order.body),
        }
    })
    .await
}

async fn status_of(merchant: &Client, shipment: &str) -> Value {
    let shipment = merchant.get(&format!("/v1/shipments/{shipment}")).await;
    shipment.expect(200).body["status"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_cancelled_at_every_stage_until_its_parcel_has_left() {
    let shop = Shop::start(&[]);
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let sku = shop.new_article(10).await;

    // At once: pending or just confirmed.
    let early = customer.order(&sku, 2, "pm_card_visa").await;
    let _ = cancel(&customer, &early).await.expect(200);
    let _ = customer.until(&early, "cancelled").await;

    // Confirmed, and waiting to be packed.
    let packed = customer.order(&sku, 2, "pm_card_visa").await;
    let _ = customer.until(&packed, "confirmed").await;
    let shipment = merchant.shipment_of(&packed).await;
    let wanted = cancel(&customer, &packed).await.expect(200);
    assert_eq!(
        wanted.text("/cancellation/reason"),
        "requested_by_customer",
        "{:#}",
        wanted.body
    );
    let order = customer.until(&packed, "cancelled").await;
    assert_eq!(order.text("/status_reason"), "requested_by_customer");
    assert_eq!(status_of(&merchant, &shipment).await, "cancelled");
    until_payment(&merchant, &packed, "voided").await;
    until_stock(&merchant, &sku, 10, 0).await;

    // On its way, and arrived.
    let sent = customer.order(&sku, 2, "pm_card_visa").await;
    let _ = customer.until(&sent, "confirmed").await;
    let shipment = merchant.shipment_of(&sent).await;
    let _ = dispatch(&merchant, &shipment).await.expect(200);
    let _ = customer.until(&sent, "shipped").await;
    assert_eq!(cancel(&customer, &sent).await.status, 409);
    let arrived = format!("/v1/shipments/{shipment}/deliver");
    let _ = merchant.post(&arrived, json!({})).await.expect(200);
    let _ = customer.until(&sent, "delivered").await;
    assert_eq!(cancel(&customer, &sent).await.status, 409);
    until_payment(&merchant, &sent, "captured").await;
    until_stock(&merchant, &sku, 8, 0).await;
    shop.audit();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_while_it_is_sent_off_is_either_shipped_and_paid_or_cancelled_and_free() {
    let shop = Shop::start(&[]);
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let rounds = i64::try_from(ROUNDS).expect("few");
    let sku = shop
        .new_article(u32::try_from(rounds * PIECES).expect("few"))
        .await;
    let mut orders = Vec::new();
    for _ in 0..ROUNDS {
        let order_id = customer.order(&sku, 2, "pm_card_visa").await;
        let _ = customer.until(&order_id, "confirmed").await;
        orders.push((order_id.clone(), merchant.shipment_of(&order_id).await));
    }

    let mut shipped = 0;
    for (round, (order_id, shipment)) in orders.iter().enumerate() {
        // The wish has a longer way to the shipment than the merchant: give it a start in some rounds.
        let head_start = async |gets: usize| {
            for _ in 0..gets {
                let _ = merchant.get(&format!("/v1/shipments/{shipment}")).await;
            }
        };
        let (cancelled, sent) = tokio::join!(cancel(&customer, order_id), async {
            head_start(round % 5).await;
            dispatch(&merchant, shipment).await
        });
        assert!(
            [200, 409].contains(&cancelled.status),
            "{:#}",
            cancelled.body
        );
        assert!([200, 409].contains(&sent.status), "{:#}", sent.body);
        let left = sent.status == 200;
        shipped += i64::from(left);
        let expected = if left { "shipped" } else { "cancelled" };
        assert_eq!(
            outcome(&customer, order_id).await,
            expected,
            "round {round}"
        );
        let payment = if left { "captured" } else { "voided" };
        until_payment(&merchant, order_id, payment).await;
        let state = if left { "dispatched" } else { "cancelled" };
        assert_eq!(status_of(&merchant, shipment).await, state, "round {round}");
    }
    until_stock(&merchant, &sku, (rounds - shipped) * PIECES, 0).await;
    eprintln!("{shipped} of {ROUNDS} were shipped");
    shop.audit();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_paid_in_time_is_given_up_and_what_is_packed_is_not() {
    let shop = Shop::start(&["--movable-clock".into(), "--faults".into()]);
    let merchant = shop.merchant().await;
    let (customer, email) = shop.visitor().new_customer().await;
    let sku = shop.new_article(4).await;
    let packed = customer.order(&sku, 1, "pm_card_visa").await;
    let _ = customer.until(&packed, "confirmed").await;
    let _ = merchant.shipment_of(&packed).await;

    let _ = shop.faults(json!({ "provider": "fail" })).await;
    let unpaid = customer.order(&sku, 2, "pm_card_visa").await;
    until_stock(&merchant, &sku, 4, 3).await;
    // Half an hour: its window and its reservation are over, and every sweep has come once.
    shop.clock_advance("31m");
    let customer = customer.without_token().logged_in(&email, PASSWORD).await;
    let merchant = shop.merchant().await;
    let order = customer.until(&unpaid, "cancelled").await;
    assert_eq!(order.text("/status_reason"), "payment_timed_out");
    until_stock(&merchant, &sku, 4, 1).await;
    let _ = shop.faults(json!({ "provider": "normal" })).await;

    // A day and more: nobody asks about what shipping has booked.
    shop.clock_advance("25h");
    let customer = customer.without_token().logged_in(&email, PASSWORD).await;
    let merchant = shop.merchant().await;
    let order = customer.until(&packed, "confirmed").await;
    assert_eq!(order.body["cancellation"], json!(null));
    until_stock(&merchant, &sku, 4, 1).await;
    let _ = cancel(&customer, &packed).await.expect(200);
    let _ = customer.until(&packed, "cancelled").await;
    until_stock(&merchant, &sku, 4, 0).await;
    shop.audit();
}
