//! The merchant's and the carrier's part.

use journeys::{Client, Shop, eventually};
use serde_json::json;

use crate::publishers::{parcel_moved, publish};

/// The shipment of an order, once it is booked.
pub(crate) async fn shipment_of(merchant: &Client, order_id: &str) -> String {
    merchant.shipment_of(order_id).await
}

/// Sends it off.
pub(crate) async fn dispatch(merchant: &Client, shipment_id: &str, tracking_number: &str) {
    let dispatched = merchant.dispatch(shipment_id, tracking_number).await;
    let _ = dispatched.expect(200);
}

#[tokio::test]
async fn what_the_carrier_reports_delivers_the_order() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let shipment = shipment_of(&merchant, &order_id).await;
    let tracking_number = format!("TN-{order_id}");
    dispatch(&merchant, &shipment, &tracking_number).await;
    let _ = customer.until(&order_id, "shipped").await;

    let carrier = shop.carrier().await;
    for status in ["in_transit", "delivered"] {
        let event = parcel_moved(&tracking_number, status);
        let _ = publish(&carrier, &event).await.expect(202);
    }
    let _ = customer.until(&order_id, "delivered").await;
}

#[tokio::test]
async fn a_dispatched_order_is_paid_and_booked_out() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let sku = shop.new_article(5).await;
    let order_id = customer.order(&sku, 2, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let shipment = shipment_of(&merchant, &order_id).await;
    dispatch(&merchant, &shipment, &format!("TN-{order_id}")).await;

    eventually("the money to be taken", async || {
        let payment = merchant
            .get(&format!("/v1/payments/{order_id}"))
            .await
            .expect(200);
        if payment.body["status"] == "captured" {
            Ok(())
        } else {
            Err(payment.body)
        }
    })
    .await;
    eventually("the pieces to be booked out", async || {
        let stock = merchant.get(&format!("/v1/stock/{sku}")).await.expect(200);
        if stock.body["on_hand"] == 3 && stock.body["reserved"] == 0 {
            Ok(())
        } else {
            Err(stock.body)
        }
    })
    .await;
    let late = customer
        .post(&format!("/v1/orders/{order_id}/cancel"), json!({}))
        .await;
    assert_eq!(late.status, 409, "{:#}", late.body);
}

#[tokio::test]
async fn a_customer_sees_the_own_shipments_and_dispatches_none() {
    let shop = Shop::shared().await;
    let (customer, stranger, merchant) = (
        shop.customer().await,
        shop.customer().await,
        shop.merchant().await,
    );
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let shipment = shipment_of(&merchant, &order_id).await;
    let path = format!("/v1/shipments/{shipment}");
    let _ = customer.get(&path).await.expect(200);
    let _ = stranger.get(&path).await.expect(404);
    let parcel = json!({ "carrier": "DHL", "tracking_number": "TN-1" });
    let _ = customer
        .post_once(&format!("{path}/dispatch"), "k", parcel)
        .await
        .expect(403);
}
