//! What the shop says of itself is what it does. Every answer in every journey is compared with docs/api/openapi.json by the
//! client; here that comparison is tried, and the events have their turn.

use journeys::documents::{Exchange, check_answer, check_event, check_events};
use journeys::{Shop, eventually};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use crate::shipping::{dispatch, shipment_of};

/// An order, answered with this status and body.
fn answered(status: u16, media_type: &'static str, body: &Value) {
    let headers = HeaderMap::from_iter([(
        reqwest::header::CONTENT_TYPE,
        HeaderValue::from_static(media_type),
    )]);
    check_answer(&Exchange {
        method: "GET",
        path: "/v1/stock/COF-ETH-250",
        status,
        headers: &headers,
        body,
    });
}

fn stock() -> Value {
    json!({ "sku": "COF-ETH-250", "on_hand": 3, "reserved": 1, "available": 2 })
}

#[test]
fn an_answer_as_the_document_has_it_passes() {
    answered(200, "application/json", &stock());
}

#[test]
#[should_panic(expected = "it has only 200")]
fn a_status_that_nobody_announced_is_noticed() {
    answered(418, "application/json", &stock());
}

#[test]
#[should_panic(expected = "at `/available`")]
fn a_value_that_nobody_announced_is_noticed() {
    let mut stock = stock();
    stock["available"] = json!("two");
    answered(200, "application/json", &stock);
}

#[test]
#[should_panic(expected = "the problem `bored`")]
fn a_problem_that_nobody_announced_is_noticed() {
    let problem = json!({ "type": "https://souk.example/problems/bored", "title": "Not Found", "status": 404, "detail": "x" });
    answered(404, "application/problem+json", &problem);
}

#[test]
#[should_panic(expected = "dev.souk.order.placed.v1")]
fn an_event_without_its_data_is_noticed() {
    check_event(
        &json!({ "type": "dev.souk.order.placed.v1", "source": "/functions/orders", "data": {} }),
    );
}

#[tokio::test]
async fn every_event_of_an_order_is_what_its_document_says() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let shipment = shipment_of(&merchant, &order_id).await;
    dispatch(&merchant, &shipment, &format!("TN-{order_id}")).await;
    let _ = customer.until(&order_id, "shipped").await;
    let Some(local) = &shop.local else { return };

    let lines = eventually("the payment to be captured", async || {
        let output = local.souk(&["events", "--json"]);
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_captured =
            |line: &str| line.contains("payment.captured") && line.contains(&order_id);
        if lines.lines().any(is_captured) {
            Ok(lines)
        } else {
            Err("not yet")
        }
    })
    .await;
    assert!(check_events(&lines) > 10, "{lines}");
}
