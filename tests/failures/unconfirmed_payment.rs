//! A customer who is sent to the bank's page and never goes there.

use journeys::{Shop, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_never_confirmed_ends_with_its_order_and_holds_nothing() {
    let shop = Shop::start(&["--movable-clock".to_owned()]);
    let customer = shop.customer().await;
    let before = customer.available("COF-ETH-250").await;
    let card = "pm_card_threeDSecure2Required";
    let order_id = customer.order("COF-ETH-250", 1, card).await;
    let path = format!("/v1/payments/{order_id}");
    eventually("the customer to be sent to a page", async || {
        let payment = customer.get(&path).await;
        if payment.body["next_action"]["type"] == "redirect_to_url" {
            Ok(())
        } else {
            Err(payment.body)
        }
    })
    .await;
    // Longer than an order waits for its money, and than any sweep.
    shop.clock_advance("45m");
    let merchant = shop.merchant().await;
    let order = merchant.until(&order_id, "cancelled").await;
    assert_eq!(order.text("/status_reason"), "payment_timed_out");
    eventually("the payment to be given up", async || {
        let payment = merchant.get(&path).await;
        if payment.body["status"] == "declined" {
            Ok(())
        } else {
            Err(payment.body)
        }
    })
    .await;
    let visitor = shop.visitor();
    visitor.until_available("COF-ETH-250", before).await;
}
