//! Order status as it happens, by server-sent events.

use futures::StreamExt as _;
use journeys::documents::check_update;
use journeys::wait::patience;
use journeys::{Client, Shop};
use reqwest::Method;
use serde_json::Value;
use tokio::time::timeout;

use crate::shipping::{dispatch, shipment_of};

/// The statuses of an order's stream until `last` has come.
async fn statuses(client: &Client, order_id: &str, last: &str) -> Vec<String> {
    let path = format!("/v1/orders/{order_id}/updates");
    let response = client
        .request(Method::GET, &path)
        .header("accept", "text/event-stream");
    let response = response.send().await.expect("the stream opens");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (mut stream, mut text, mut seen) = (response.bytes_stream(), String::new(), Vec::new());
    while seen.last().map(String::as_str) != Some(last) {
        let piece = timeout(patience(), stream.next()).await;
        let piece = piece.unwrap_or_else(|_| panic!("no `{last}` came, but {seen:?}"));
        let piece = piece.unwrap_or_else(|| panic!("the stream ended after {seen:?}"));
        text.push_str(&String::from_utf8_lossy(
            &piece.expect("the stream goes on"),
        ));
        while let Some((line, rest)) = text.split_once('\n') {
            if let Some(data) = line.trim_end().strip_prefix("data:") {
                let update: Value = serde_json::from_str(data).expect("an update is JSON");
                check_update(&update);
                seen.push(
                    update["status"]
                        .as_str()
                        .expect("an update has a status")
                        .to_owned(),
                );
            }
            text = rest.to_owned();
        }
    }
    seen
}

#[tokio::test]
async fn the_status_is_told_live_from_pending_to_shipped() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let ship = async {
        let shipment = shipment_of(&merchant, &order_id).await;
        dispatch(&merchant, &shipment, &format!("TN-{order_id}")).await;
    };
    let (seen, ()) = tokio::join!(statuses(&customer, &order_id, "shipped"), ship);
    assert_eq!(seen, ["pending", "confirmed", "shipped"]);
    assert_eq!(
        statuses(&customer, &order_id, "shipped").await,
        seen,
        "who comes late sees the same"
    );
}

#[tokio::test]
async fn nobody_else_can_listen() {
    let shop = Shop::shared().await;
    let (customer, stranger) = (shop.customer().await, shop.customer().await);
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let _ = statuses(&customer, &order_id, "confirmed").await;
    let path = format!("/v1/orders/{order_id}/updates");
    let _ = stranger.get(&path).await.expect(404);
    let _ = shop.visitor().get(&path).await.expect(401);
}
