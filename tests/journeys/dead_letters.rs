//! Events that cannot be handled, and events that are none.

use journeys::inside::Taken;
use journeys::{Shop, eventually};
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn an_event_that_its_handler_refuses_lands_in_the_dead_letters() {
    let shop = Shop::shared().await;
    let id = Uuid::new_v4();
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/tests", "type": "dev.souk.stock.reserved.v1",
        "datacontenttype": "application/json", "data": { "order_id": "no id at all" },
    });
    let Some(taken) = shop.tell_the_broker(&event).await else {
        return;
    };
    assert_eq!(taken, Taken::Accepted);

    let operator = shop.operator().await;
    let letter = eventually("the dead letter", async || {
        let list = operator
            .get("/v1/dead-letters?type=dev.souk.stock.reserved.v1")
            .await
            .expect(200);
        let mut letters = list.items().iter();
        let found = letters.find(|letter| letter["id"] == json!(id)).cloned();
        found.ok_or(list.body)
    })
    .await;
    assert_eq!(
        letter["destination_url"],
        "http://orders.souk.svc.cluster.local/events"
    );
    assert_eq!(letter["error"]["code"], json!(400));
    assert!(
        letter["error"]["body"].to_string().contains("UUID"),
        "{letter:#}"
    );
    for other in [shop.customer().await, shop.merchant().await] {
        let _ = other.get("/v1/dead-letters").await.expect(403);
    }
}

#[tokio::test]
async fn a_letter_that_was_discarded_is_open_again_when_its_event_fails_once_more() {
    let shop = Shop::shared().await;
    let id = Uuid::new_v4();
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/tests", "type": "dev.souk.stock.rejected.v1",
        "datacontenttype": "application/json", "data": { "order_id": "no id at all" },
    });
    let operator = shop.operator().await;
    let open = async || {
        let path =
            "/v1/dead-letters?type=dev.souk.stock.rejected.v1&destination=orders&status=open";
        let list = operator.get(path).await.expect(200);
        let mut letters = list.items().iter();
        let found = letters.find(|letter| letter["id"] == json!(id)).cloned();
        found.ok_or(list.body)
    };
    if shop.tell_the_broker(&event).await.is_none() {
        return;
    }
    let letter = eventually("the dead letter", open).await;
    let path = format!(
        "/v1/dead-letters/{}",
        letter["dead_letter_id"].as_str().unwrap_or_default()
    );
    let refused = operator
        .post(&format!("{path}/redrive"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        (refused.text("/status"), &refused.body["error"]["code"]),
        ("open", &json!(400))
    );

    let reason = json!({ "reason": "an event of a test" });
    let discarded = operator
        .post(&format!("{path}/discard"), reason.clone())
        .await
        .expect(200);
    assert_eq!(discarded.text("/discard_reason"), "an event of a test");
    assert!(open().await.is_err(), "it is still open");
    for other in [shop.customer().await, shop.merchant().await] {
        let _ = other
            .post(&format!("{path}/redrive"), json!({}))
            .await
            .expect(403);
        let _ = other
            .post(&format!("{path}/discard"), reason.clone())
            .await
            .expect(403);
    }

    let _ = shop.tell_the_broker(&event).await;
    let again = eventually("the same letter", open).await;
    assert_eq!(again["dead_letter_id"], letter["dead_letter_id"]);
    assert_eq!(
        (&again["discard_reason"], &again["attempts"]),
        (&Value::Null, &json!(1))
    );
}

#[tokio::test]
async fn a_malformed_event_is_refused_with_400_and_never_stored() {
    let shop = Shop::shared().await;
    let source = format!("/tests/{}", Uuid::new_v4());
    for event in [
        json!({ "specversion": "1.0", "source": source, "type": "t" }),
        json!({ "specversion": "0.1", "id": "1", "source": source, "type": "t" }),
        json!({ "specversion": "1.0", "id": "1", "source": source, "type": "t", "time": "yesterday" }),
        json!([]),
    ] {
        let Some(taken) = shop.tell_the_broker(&event).await else {
            return;
        };
        assert_eq!(taken, Taken::Refused, "{event}");
    }
    let good = json!({ "specversion": "1.0", "id": "good", "source": source, "type": "t" });
    assert_eq!(shop.tell_the_broker(&good).await, Some(Taken::Accepted));
    // What a broker keeps, only this runtime shows.
    let Some(local) = &shop.local else { return };
    let listed = local.souk(&["events", "--json"]);
    let ids: Vec<String> = String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|event| event["source"] == json!(source))
        .filter_map(|event| event["id"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(ids, ["good"]);
}
