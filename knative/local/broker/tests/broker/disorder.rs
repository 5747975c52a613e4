use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use souk_broker::DeliveryFaults;

use crate::world::{Subscriber, World, accept, delivery, event, until};

const EVENTS: usize = 200;

fn faults(duplicate: f64, delay_ms: u64) -> Option<DeliveryFaults> {
    Some(DeliveryFaults {
        duplicate,
        delay_ms,
        seed: 7,
    })
}

/// The numbers of the events in the order in which they came.
async fn delivered(faults: Option<DeliveryFaults>) -> Vec<usize> {
    let willing = Subscriber::willing().await;
    let world = World::new().with_trigger(vec![], &willing, delivery(0, None));
    let broker = world.open().await;
    broker.set_delivery_faults(faults).unwrap();
    for number in 0..EVENTS {
        let request = event(&number.to_string(), "placed", &[("ce-partitionkey", "one")]);
        accept(&broker, request).await;
    }
    until(&broker, |trigger| trigger.lag == 0).await;
    broker.stop().await;
    let received = willing.received();
    received
        .iter()
        .map(|one| one.id().parse().unwrap())
        .collect()
}

#[tokio::test]
async fn every_event_arrives_and_about_as_many_twice_as_was_asked_for() {
    let mut copies = BTreeMap::new();
    for number in delivered(faults(0.5, 0)).await {
        *copies.entry(number).or_insert(0) += 1;
    }
    assert_eq!(copies.len(), EVENTS);
    let twice = copies.values().filter(|count| **count == 2).count();
    assert!((EVENTS / 3..EVENTS * 2 / 3).contains(&twice), "{twice}");
    assert!(copies.values().all(|count| *count <= 2));
}

#[tokio::test]
async fn events_that_are_held_back_overtake_each_other_and_none_is_missing() {
    let order = delivered(faults(0.0, 50)).await;
    assert!(!order.is_sorted());
    assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), EVENTS);
}

#[tokio::test]
async fn nothing_comes_twice_when_nothing_is_to_go_wrong() {
    assert_eq!(delivered(None).await.len(), EVENTS);
}

#[tokio::test]
async fn an_event_that_is_held_back_when_the_broker_stops_is_delivered_after_the_next_start() {
    let willing = Subscriber::willing().await;
    let world = World::new().with_trigger(vec![], &willing, delivery(0, None));
    let broker = world.open().await;
    broker.set_delivery_faults(faults(0.0, 60_000)).unwrap();
    accept(&broker, event("1", "placed", &[])).await;
    broker.stop().await;
    assert!(willing.received().is_empty());
    let broker = world.open().await;
    assert_eq!(willing.after(1).await[0].id(), "1");
    broker.stop().await;
}

#[tokio::test]
async fn while_the_disk_is_full_an_event_is_refused_and_what_was_taken_goes_on() {
    let willing = Subscriber::willing().await;
    let world = World::new().with_trigger(vec![], &willing, delivery(0, None));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    broker.set_disk_full(true).await.unwrap();
    let large = "x".repeat(6_000);
    let request = || event("2", "placed", &[("ce-subject", &large)]);
    let refused = broker.ingress(request()).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    until(&broker, |trigger| trigger.lag == 0).await;
    broker.set_disk_full(false).await.unwrap();
    accept(&broker, request()).await;
    let received = willing.after(2).await;
    assert_eq!(
        received.iter().map(|one| one.id()).collect::<Vec<_>>(),
        ["1", "2"]
    );
    broker.stop().await;
}
