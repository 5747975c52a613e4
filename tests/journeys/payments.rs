//! Money, as the merchant sees it.

use journeys::{Shop, eventually};
use serde_json::json;

use crate::shipping::{dispatch, shipment_of};

#[tokio::test]
async fn a_part_of_a_captured_payment_is_given_back_once() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let order_id = customer.order("COF-ETH-250", 2, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    dispatch(
        &merchant,
        &shipment_of(&merchant, &order_id).await,
        &format!("TN-{order_id}"),
    )
    .await;
    let path = format!("/v1/payments/{order_id}");
    eventually("the money to be taken", async || {
        let payment = merchant.get(&path).await.expect(200);
        if payment.body["status"] == "captured" {
            Ok(())
        } else {
            Err(payment.body)
        }
    })
    .await;

    let refund = json!({ "amount": { "amount_minor": 1000, "currency": "EUR" } });
    let refunds = format!("{path}/refunds");
    let _ = customer
        .post_once(&refunds, "r1", refund.clone())
        .await
        .expect(403);
    let first = merchant.post_once(&refunds, "r1", refund.clone()).await;
    assert!([200, 201, 202].contains(&first.status), "{:#}", first.body);
    let again = merchant.post_once(&refunds, "r1", refund).await;
    assert_eq!(again.body, first.body);
    let payment = merchant.get(&path).await.expect(200);
    assert_eq!(
        payment.body["refunded"]["amount_minor"], 1000,
        "{:#}",
        payment.body
    );
    let too_much = json!({ "amount": { "amount_minor": 100_000, "currency": "EUR" } });
    let refused = merchant.post_once(&refunds, "r2", too_much).await;
    assert!([409, 422].contains(&refused.status), "{:#}", refused.body);
}
