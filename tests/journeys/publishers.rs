//! Publishers of CloudEvents: the merchant's own system and the carrier.

use chrono::Utc;
use journeys::{Answer, Client, Shop, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// A structured event.
pub(crate) fn event(event_type: &str, publisher: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0", "id": Uuid::new_v4(), "source": format!("/publishers/{publisher}"), "type": event_type,
        "time": Utc::now(), "datacontenttype": "application/json", "data": data,
    })
}

/// A carrier's report.
pub(crate) fn parcel_moved(tracking_number: &str, status: &str) -> Value {
    let data = json!({ "tracking_number": tracking_number, "carrier": "DHL", "status": status, "occurred_at": Utc::now() });
    event("dev.souk.parcel.moved.v1", "carrier", data)
}

/// An ERP's report.
pub(crate) fn goods_received(sku: &str, quantity: u32) -> Value {
    let data = json!({
        "delivery_note": format!("DN-{}", Uuid::new_v4().simple()), "received_at": Utc::now(),
        "lines": [{ "sku": sku, "quantity": quantity }],
    });
    event("dev.souk.goods.received.v1", "erp", data)
}

/// Posts an event in structured mode.
pub(crate) async fn publish(publisher: &Client, event: &Value) -> Answer {
    let request = publisher
        .request(Method::POST, "/v1/events")
        .header("content-type", "application/cloudevents+json")
        .body(event.to_string());
    publisher.send(request, "POST /v1/events").await
}

#[tokio::test]
async fn goods_received_can_be_ordered_a_moment_later() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let sku = shop.new_article(0).await;
    let answer = publish(&shop.erp().await, &goods_received(&sku, 3)).await;
    assert_eq!(
        (answer.status, &answer.body),
        (202, &json!("")),
        "{:#}",
        answer.body
    );
    eventually("the goods to be in stock", async || {
        match customer.available(&sku).await {
            3 => Ok(()),
            other => Err(other),
        }
    })
    .await;
    let order_id = customer.order(&sku, 3, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
}

#[tokio::test]
async fn the_same_report_twice_counts_once() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor();
    let (erp, sku) = (shop.erp().await, shop.new_article(0).await);
    let (first, last) = (goods_received(&sku, 3), goods_received(&sku, 4));
    for event in [&first, &first, &last] {
        let _ = publish(&erp, event).await.expect(202);
    }
    eventually("all reports to be counted", async || {
        match visitor.available(&sku).await {
            7 => Ok(()),
            other => Err(other),
        }
    })
    .await;
}

#[tokio::test]
async fn binary_and_batched_mode_are_taken_as_well() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor();
    let sku = shop.new_article(0).await;
    let structured = goods_received(&sku, 1);
    let text = |name: &str| structured[name].as_str().unwrap_or_default().to_owned();
    let erp = shop.erp().await;
    let binary = erp
        .request(Method::POST, "/v1/events")
        .header("ce-specversion", "1.0")
        .header("ce-id", text("id"))
        .header("ce-type", text("type"))
        .header("ce-source", text("source"))
        .json(&structured["data"]);
    let _ = erp.send(binary, "a binary event").await.expect(202);
    let batch = json!([goods_received(&sku, 2), goods_received(&sku, 4)]);
    let batch = erp
        .request(Method::POST, "/v1/events")
        .header("content-type", "application/cloudevents-batch+json")
        .body(batch.to_string());
    let _ = erp.send(batch, "a batch").await.expect(202);
    eventually("all three to be counted", async || {
        match visitor.available(&sku).await {
            7 => Ok(()),
            other => Err(other),
        }
    })
    .await;
}

#[tokio::test]
async fn a_publisher_without_a_token_is_refused() {
    let shop = Shop::shared().await;
    for client in [shop.visitor(), shop.visitor().with_token("a.b.c")] {
        let answer = publish(&client, &goods_received("COF-ETH-250", 1)).await;
        assert_ne!(answer.expect(401).text("/message"), "");
    }
}

#[tokio::test]
async fn a_publisher_that_is_shut_off_and_let_in_again_goes_on() {
    let shop = Shop::shared().await;
    let operator = shop.operator().await;
    let scope = "publish:dev.souk.goods.received.v1";
    let secret = shop.new_machine(&[scope], 600).await;
    let machine = shop.visitor().machine(&secret, None).await;
    let mut event = goods_received(&shop.new_article(0).await, 1);
    event["source"] = json!(format!("/publishers/{}", secret.client_id));
    let _ = publish(&machine, &event).await.expect(202);
    let path = format!("/v1/clients/{}", secret.client_id);
    for (is_enabled, status) in [(false, 401), (true, 202)] {
        let client = json!({
            "name": "A test's machine", "kind": "machine", "scopes": [scope], "limit_per_minute": 600, "enabled": is_enabled,
        });
        let _ = operator.put(&path, client).await.expect(200);
        eventually("the gate to follow", async || {
            match publish(&machine, &event).await.status {
                now if now == status => Ok(()),
                other => Err(other),
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_type_that_is_not_the_publishers_own_is_refused_and_told_why() {
    let shop = Shop::shared().await;
    let (erp, carrier) = (shop.erp().await, shop.carrier().await);
    let mut foreign = goods_received("COF-ETH-250", 1);
    foreign["source"] = json!("/publishers/carrier");
    let foreign = publish(&carrier, &foreign).await.expect(403);
    assert!(
        foreign
            .body
            .to_string()
            .contains("dev.souk.goods.received.v1"),
        "{:#}",
        foreign.body
    );
    let internal = event("dev.souk.payment.authorized.v1", "erp", json!({}));
    let _ = publish(&erp, &internal).await.expect(403);
    let mut disguised = goods_received("COF-ETH-250", 1);
    disguised["source"] = json!("/functions/inventory");
    let _ = publish(&erp, &disguised).await.expect(403);
}

#[tokio::test]
async fn a_body_that_breaks_the_contract_is_refused_and_told_where() {
    let shop = Shop::shared().await;
    let sku = shop.new_article(0).await;
    let mut broken = goods_received(&sku, 1);
    broken["data"]["lines"][0]["quantity"] = json!(0);
    let erp = shop.erp().await;
    let refused = publish(&erp, &broken).await.expect(400);
    assert!(
        refused.body.to_string().contains("lines[0].quantity"),
        "{:#}",
        refused.body
    );
    let good_and_bad = json!([goods_received(&sku, 1), broken]);
    let batch = erp
        .request(Method::POST, "/v1/events")
        .header("content-type", "application/cloudevents-batch+json")
        .body(good_and_bad.to_string());
    let _ = erp.send(batch, "half a batch").await.expect(400);
    assert_eq!(erp.without_token().available(&sku).await, 0);
}
