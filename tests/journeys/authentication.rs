//! Cards whose bank wants the customer to confirm the payment. The provider's page and its webhooks are those of the stand-in, so this
//! needs a shop that was started here.

use journeys::{Answer, Client, Shop, eventually};
use reqwest::Method;
use ring::hmac;
use serde_json::{Value, json};
use url::Url;

/// Stripe's test card that always has to be confirmed.
const CARD: &str = "pm_card_threeDSecure2Required";
const WEBHOOKS: &str = "/v1/payments/webhooks/provider";

/// An order whose payment waits for its customer, and the page where that is done.
async fn unconfirmed(customer: &Client) -> (String, Url) {
    let order_id = customer.order("COF-ETH-250", 1, CARD).await;
    let path = format!("/v1/payments/{order_id}");
    let page = eventually("the customer to be sent to a page", async || {
        let payment = customer.get(&path).await;
        match payment.body["next_action"]["url"].as_str() {
            Some(url) => Ok(url.to_owned()),
            None => Err(payment.body),
        }
    })
    .await;
    (order_id, page.parse().expect("the page has an address"))
}

/// The customer presses a button of the page: `approve`, `refuse`.
async fn press(page: &Url, button: &str) {
    let bank = Client::elsewhere(&page.origin().ascii_serialization());
    let shown = bank.get(&page[url::Position::BeforePath..]).await;
    assert_eq!(shown.status, 200, "{:#}", shown.body);
    let mut action = page.clone();
    action.set_path(&format!("{}/{button}", page.path()));
    let request = bank.request(Method::POST, &action[url::Position::BeforePath..]);
    let answer = bank.send(request, button).await;
    assert_eq!(answer.status, 303, "{:#}", answer.body);
}

async fn complete(customer: &Client, order_id: &str) -> Answer {
    let path = format!("/v1/payments/{order_id}/complete");
    customer.post(&path, Value::Null).await
}

/// What is in the ledger of an order, by kind and status.
async fn ledger(customer: &Client, order_id: &str) -> Vec<String> {
    let payment = customer.get(&format!("/v1/payments/{order_id}")).await;
    let entries = payment.body["ledger"].as_array().cloned();
    let entries = entries.unwrap_or_default();
    let line = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        format!("{} {}", text("kind"), text("status"))
    };
    entries.iter().map(line).collect()
}

/// As the provider signs, with this secret, so many seconds from now.
fn signature(secret: &str, body: &str, seconds: i64) -> String {
    let at = chrono::Utc::now().timestamp() + seconds;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    let digits: String = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={at},v1={digits}")
}

async fn notify(shop: &Shop, body: &str, signature: &str) -> Answer {
    let visitor = shop.visitor().undocumented();
    let request = visitor.request(Method::POST, WEBHOOKS);
    let request = request
        .header("content-type", "application/json")
        .header("stripe-signature", signature)
        .body(body.to_owned());
    visitor.send(request, WEBHOOKS).await
}

/// What the stand-in signs its webhooks with.
fn secret(shop: &Shop) -> String {
    let file = "stand-ins/payment-provider/webhook-secret";
    let file = shop.local().data_dir().join(file);
    std::fs::read_to_string(file).expect("the stand-in has a secret")
}

/// The provider's payment of this order, as it would stand if the money were held.
async fn held(customer: &Client, order_id: &str) -> Value {
    let payment = customer
        .get(&format!("/v1/payments/{order_id}"))
        .await
        .expect(200);
    let amount = &payment.body["amount"];
    json!({
        "id": payment.text("/provider_reference"), "object": "payment_intent", "status": "requires_capture",
        "amount": amount["amount_minor"], "currency": "eur",
        "metadata": { "order_id": order_id, "payment_id": payment.text("/payment_id") },
    })
}

fn event(id: &str, intent: &Value) -> String {
    let kind = "payment_intent.amount_capturable_updated";
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": intent } }).to_string()
}

#[tokio::test]
async fn a_customer_who_confirms_has_paid_once_however_many_say_so() {
    let shop = Shop::shared().await;
    if shop.local.is_none() {
        return;
    }
    let customer = shop.customer().await;
    let (order_id, page) = unconfirmed(&customer).await;
    let early = complete(&customer, &order_id).await.expect(200);
    assert_eq!(early.body["status"], "pending");
    press(&page, "approve").await;
    // The provider's webhook is on its way at this moment.
    let answers = futures::future::join_all((0..4).map(|_| complete(&customer, &order_id))).await;
    for answer in answers {
        assert!([200, 503].contains(&answer.status), "{:#}", answer.body);
    }
    let _ = customer.until(&order_id, "confirmed").await;
    assert_eq!(ledger(&customer, &order_id).await, ["authorization done"]);
    let stranger = shop.customer().await;
    let _ = complete(&stranger, &order_id).await.expect(404);
}

#[tokio::test]
async fn a_customer_who_never_comes_back_has_paid_all_the_same() {
    let shop = Shop::shared().await;
    if shop.local.is_none() {
        return;
    }
    let customer = shop.customer().await;
    let (order_id, page) = unconfirmed(&customer).await;
    press(&page, "approve").await;
    let _ = customer.until(&order_id, "confirmed").await;
}

#[tokio::test]
async fn a_customer_who_refuses_has_no_order() {
    let shop = Shop::shared().await;
    if shop.local.is_none() {
        return;
    }
    let customer = shop.customer().await;
    let (order_id, page) = unconfirmed(&customer).await;
    press(&page, "refuse").await;
    let order = customer.until(&order_id, "cancelled").await;
    assert_eq!(order.text("/status_reason"), "payment_declined");
}

#[tokio::test]
async fn what_the_provider_has_not_signed_now_pays_for_nothing() {
    let shop = Shop::shared().await;
    if shop.local.is_none() {
        return;
    }
    let customer = shop.customer().await;
    let (order_id, page) = unconfirmed(&customer).await;
    let body = event("evt_forged", &held(&customer, &order_id).await);
    for signature in [
        "t=1,v1=00".to_owned(),
        signature("whsec_guessed", &body, 0),
        signature(&secret(shop), &body, -600),
        signature(&secret(shop), &body, 600),
        signature(&secret(shop), &body.replace("evt_forged", "evt_other"), 0),
    ] {
        let refused = notify(shop, &body, &signature).await.expect(400);
        let problem = refused.text("/type");
        assert!(problem.ends_with("/signature-invalid"), "{problem}");
    }
    let payment = customer.get(&format!("/v1/payments/{order_id}")).await;
    assert_eq!(payment.body["status"], "pending");

    press(&page, "approve").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let replayed = signature(&secret(shop), &body, 0);
    for _ in 0..2 {
        let _ = notify(shop, &body, &replayed).await.expect(204);
    }
    assert_eq!(ledger(&customer, &order_id).await, ["authorization done"]);
}
