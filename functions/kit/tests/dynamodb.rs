//! DynamoDB's transactions and outbox, on an engine that is reached over HTTP.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Put, TransactWriteItem},
};
use chrono::TimeDelta;
use cloudevents::{AttributesReader, Event, EventBuilder, EventBuilderV10};
use http::StatusCode;
use serde_json::json;
use souk_kit::{
    Clock, Delivery, Ids,
    dynamodb::{Committed, Outbox, TableSpec, ensure_table},
    metrics::Readout,
};
use souk_testing::{Recorder, dynamodb};

const TABLE: &str = "notes";

struct Shop {
    client: Client,
    clock: Clock,
    recorder: Recorder,
    outbox: Outbox,
}

impl Shop {
    async fn open() -> Self {
        let client = dynamodb().await;
        let spec = TableSpec::new(TABLE).index("by_author", "author", "sk");
        ensure_table(&client, &spec).await.unwrap();
        ensure_table(&client, &spec).await.unwrap();
        let (clock, recorder) = (Clock::fixed(Clock::system().now()), Recorder::start().await);
        let outbox = Outbox::start(
            client.clone(),
            TABLE,
            recorder.sink(),
            clock.clone(),
            Ids::system(),
        );
        Self {
            client,
            clock,
            recorder,
            outbox,
        }
    }

    async fn items(&self) -> usize {
        self.client
            .scan()
            .table_name(TABLE)
            .send()
            .await
            .unwrap()
            .items()
            .len()
    }
}

fn item(pk: &str) -> HashMap<String, AttributeValue> {
    ["pk", "sk"]
        .into_iter()
        .map(|name| (name.to_owned(), AttributeValue::S(pk.to_owned())))
        .collect()
}

fn put_if_new(pk: &str) -> TransactWriteItem {
    let put = Put::builder().table_name(TABLE).set_item(Some(item(pk)));
    let put = put
        .condition_expression("attribute_not_exists(pk)")
        .build()
        .unwrap();
    TransactWriteItem::builder().put(put).build()
}

fn event(id: &str) -> Event {
    let event = EventBuilderV10::new()
        .id(id)
        .source("/functions/notes")
        .ty("dev.souk.note.taken.v1");
    event
        .data("application/json", json!({ "note": 1 }))
        .build()
        .unwrap()
}

fn delivery(id: &str) -> Delivery<()> {
    Delivery {
        id: id.into(),
        source: "/s".into(),
        event_type: "t".into(),
        time: None,
        data: (),
    }
}

#[tokio::test]
async fn item_and_event_are_committed_together_and_the_event_is_sent() {
    let mut shop = Shop::open().await;
    let mut tx = shop.outbox.begin();
    tx.put(item("a")).unwrap();
    tx.emit(event("e1")).unwrap();
    assert_eq!(tx.commit().await.unwrap(), Committed::Done);
    assert_eq!(shop.recorder.next().await.id(), "e1");
    shop.outbox.clone().drained().await;
    assert_eq!(
        shop.items().await,
        1,
        "only the note is left, the outbox is empty"
    );
}

#[tokio::test]
async fn a_condition_that_does_not_hold_is_named_and_nothing_is_sent() {
    let mut shop = Shop::open().await;
    for expected in [Committed::Done, Committed::Refused(vec![1])] {
        let mut tx = shop.outbox.begin();
        tx.put(item("b")).unwrap();
        tx.write(put_if_new("a"));
        tx.emit(event("e1")).unwrap();
        assert_eq!(tx.commit().await.unwrap(), expected);
    }
    shop.outbox.clone().drained().await;
    assert_eq!(shop.recorder.waiting().len(), 1);
}

#[tokio::test]
async fn the_same_delivery_is_handled_once() {
    let shop = Shop::open().await;
    for expected in [Committed::Done, Committed::SeenBefore] {
        let mut tx = shop.outbox.begin();
        tx.first_time(&delivery("d1")).unwrap();
        tx.put(item("a")).unwrap();
        assert_eq!(tx.commit().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn what_could_not_be_sent_is_sent_by_a_sweep() {
    let mut shop = Shop::open().await;
    shop.recorder.answer(StatusCode::BAD_REQUEST);
    for id in ["e1", "e2"] {
        let mut tx = shop.outbox.begin();
        tx.emit(event(id)).unwrap();
        tx.commit().await.unwrap();
    }
    shop.outbox.clone().drained().await;
    assert_eq!(shop.items().await, 2);
    shop.recorder.answer(StatusCode::ACCEPTED);
    shop.clock.advance(TimeDelta::seconds(10));
    shop.outbox.sweep().await.unwrap();
    assert_eq!(shop.recorder.waiting().len(), 2);
    assert_eq!(shop.items().await, 0);
}

#[tokio::test]
async fn an_operation_is_timed_and_a_condition_that_does_not_hold_is_no_error() {
    const DURATION: &str = "db.client.operation.duration";
    let told = Readout::start();
    let shop = Shop::open().await;
    let labels = [
        ("db.system.name", "aws.dynamodb"),
        ("db.operation.name", "TransactWriteItems"),
    ];
    let before = told.count(DURATION, &labels);
    for expected in [Committed::Done, Committed::Refused(vec![0])] {
        let mut tx = shop.outbox.begin();
        tx.write(put_if_new("a"));
        assert_eq!(tx.commit().await.unwrap(), expected);
    }
    assert!(told.count(DURATION, &labels) >= before + 2);
    let refused = [
        labels[0],
        labels[1],
        ("error.type", "TransactionCanceledException"),
    ];
    assert_eq!(told.count(DURATION, &refused), 0);
}
