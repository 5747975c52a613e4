//! Events that a function could not take: mended, sent again to that function only, or discarded.

use std::time::Duration;

use journeys::wait::within;
use journeys::{Answer, Client, Shop};
use serde_json::{Value, json};
use uuid::Uuid;

/// The broker tries for half a minute before it gives up.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(90);
const SKU: &str = "COF-ETH-250";

/// A carrier scans a parcel that nobody has dispatched; answers the event's id.
async fn scanned(shop: &Shop, tracking_number: &str) -> String {
    let id = Uuid::new_v4().to_string();
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/publishers/carrier", "type": "dev.souk.parcel.moved.v1",
        "subject": format!("parcels/{tracking_number}"), "partitionkey": tracking_number,
        "datacontenttype": "application/json",
        "data": {
            "tracking_number": tracking_number, "carrier": "DHL", "status": "in_transit",
            "occurred_at": "2026-03-14T09:26:53Z",
        },
    });
    let _ = shop.tell_the_broker(&event).await;
    id
}

/// The dead letter of an event, once the broker has given it up.
async fn letter_of(operator: &Client, event_id: &str) -> String {
    within(GIVEN_UP_WITHIN, "the dead letter", async || {
        let list = operator
            .get("/v1/dead-letters?destination=shipping&limit=100")
            .await
            .expect(200);
        let letters = list.items().iter();
        let mut letters = letters.filter(|letter| letter["id"] == event_id);
        let found = letters
            .next()
            .map(|letter| letter["dead_letter_id"].clone());
        let found = found.and_then(|id| Some(id.as_str()?.to_owned()));
        found.ok_or(list.body)
    })
    .await
}

async fn redrive(operator: &Client, letter: &str) -> Answer {
    let path = format!("/v1/dead-letters/{letter}/redrive");
    operator.post(&path, json!({})).await
}

/// An order of a customer leaves under this number; answers its shipment.
async fn dispatched(shop: &Shop, tracking_number: &str) -> String {
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let shipment = merchant.shipment_of(&order_id).await;
    let dispatched = merchant.dispatch(&shipment, tracking_number).await;
    let _ = dispatched.expect(200);
    shipment
}

async fn track_of(shop: &Shop, shipment: &str) -> usize {
    let merchant = shop.merchant().await;
    let shown = merchant.get(&format!("/v1/shipments/{shipment}")).await;
    let shown = shown.expect(200);
    shown.body["track"].as_array().map_or(0, Vec::len)
}

/// How often the broker has been given an event.
fn given_to_the_broker(shop: &Shop, event_id: &str) -> usize {
    let listed = shop.local().souk(&["events", "--json"]);
    let said = String::from_utf8_lossy(&listed.stdout).into_owned();
    let events = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    events.filter(|event| event["id"] == event_id).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_taken_is_sent_again_when_it_is_mended_and_only_to_who_failed() {
    let shop = Shop::start(&[]);
    let operator = shop.operator().await;
    let numbers = ["TN-1", "TN-2", "TN-3"].map(|name| format!("{name}-{}", Uuid::new_v4()));
    let mut letters = Vec::new();
    let mut events = Vec::new();
    for number in &numbers {
        events.push(scanned(&shop, number).await);
    }
    for event in &events {
        letters.push(letter_of(&operator, event).await);
    }

    // Nothing is mended yet: it stays open, with what is answered now.
    let early = redrive(&operator, &letters[0]).await.expect(200);
    assert_eq!(
        (early.text("/status"), &early.body["attempts"]),
        ("open", &json!(1))
    );
    assert_eq!(early.body["error"]["code"], 503, "{:#}", early.body);

    // Mended: asked twice at once, it is sent once, and nobody else hears of it.
    let shipment = dispatched(&shop, &numbers[0]).await;
    let (one, other) = tokio::join!(
        redrive(&operator, &letters[0]),
        redrive(&operator, &letters[0])
    );
    for answer in [&one, &other] {
        assert!([200, 409].contains(&answer.status), "{:#}", answer.body);
    }
    let after = redrive(&operator, &letters[0]).await.expect(200);
    assert_eq!(
        (after.text("/status"), &after.body["attempts"]),
        ("redriven", &json!(2))
    );
    assert_eq!(track_of(&shop, &shipment).await, 1);
    assert_eq!(given_to_the_broker(&shop, &events[0]), 1);

    // Many at once, by the command: one is mended, and the other one is told about.
    let shipment = dispatched(&shop, &numbers[1]).await;
    let all = [
        "dead-letters",
        "redrive",
        "--all",
        "--destination",
        "shipping",
        "--json",
    ];
    let told = shop.local().souk(&all);
    assert_eq!(told.status.code(), Some(1), "{told:?}");
    let results: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let outcome = |letter: &str| {
        let results = results["results"].as_array().into_iter().flatten();
        let mut results = results.filter(|result| result["dead_letter_id"] == letter);
        results.next().map(|result| result["outcome"].clone())
    };
    assert_eq!(outcome(&letters[0]), None, "it was taken before");
    assert_eq!(outcome(&letters[1]), Some(json!("redriven")));
    assert_eq!(outcome(&letters[2]), Some(json!("failed")));
    assert_eq!(track_of(&shop, &shipment).await, 1);

    // The last one is nobody's: discarded, it is never sent again.
    let discard = [
        "dead-letters",
        "discard",
        &letters[2],
        "--reason",
        "no parcel of ours",
    ];
    let told = shop.local().souk(&discard);
    assert!(told.status.success(), "{told:?}");
    let _ = redrive(&operator, &letters[2]).await.expect(409);
    let open = operator
        .get("/v1/dead-letters?status=open")
        .await
        .expect(200);
    assert_eq!(open.body["items"], json!([]), "{:#}", open.body);
    let shown = shop.local().souk(&["dead-letters", "show", &letters[2]]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("no parcel of ours"), "{shown}");
}
