//! Somebody who speaks in the payment provider's place.

use journeys::{Client, Shop, eventually};
use reqwest::Method;
use serde_json::json;

const WEBHOOKS: &str = "/v1/payments/webhooks/provider";
/// Stripe's test card that its owner has to confirm: an order that waits.
const CARD: &str = "pm_card_threeDSecure2Required";

async fn say(who: &Client, body: &str, signature: Option<&str>) -> u16 {
    let request = who.undocumented().request(Method::POST, WEBHOOKS);
    let request = request.header("content-type", "application/json");
    let request = signature.into_iter().fold(request, |request, value| {
        request.header("stripe-signature", value)
    });
    let request = request.body(body.to_owned());
    who.undocumented().send(request, WEBHOOKS).await.status
}

#[tokio::test]
async fn an_order_is_not_paid_because_somebody_says_so_in_the_providers_place() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let order_id = customer.order("COF-ETH-250", 1, CARD).await;
    let path = format!("/v1/payments/{order_id}");
    let payment = eventually("the payment to wait for its customer", async || {
        let payment = customer.get(&path).await;
        if payment.body["next_action"].is_object() {
            Ok(payment.body)
        } else {
            Err(payment.body)
        }
    })
    .await;
    let intent = json!({
        "id": payment["provider_reference"], "object": "payment_intent", "status": "requires_capture",
        "amount": payment["amount"]["amount_minor"], "currency": "eur",
        "metadata": { "order_id": order_id, "payment_id": payment["payment_id"] },
    });
    let kind = "payment_intent.amount_capturable_updated";
    let paid =
        json!({ "id": "evt_1", "object": "event", "type": kind, "data": { "object": intent } });
    let paid = paid.to_string();
    let now = chrono::Utc::now().timestamp();
    let guessed = format!("t={now},v1={}", "0".repeat(64));
    let visitor = shop.visitor();
    for (who, signature) in [
        (&visitor, None),
        (&visitor, Some("")),
        (&visitor, Some("t=0,v1=")),
        (&visitor, Some(guessed.as_str())),
        (&customer, Some(guessed.as_str())),
        (&merchant, None),
    ] {
        assert_eq!(say(who, &paid, signature).await, 400, "{signature:?}");
    }
    let large = format!("{paid}{}", " ".repeat(200_000));
    assert_eq!(say(&visitor, &large, Some(&guessed)).await, 413);
    let payment = customer.get(&path).await.expect(200);
    assert_eq!(payment.text("/status"), "pending");
}
