use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::StreamExt;
use futures::stream;
use http::StatusCode;

use crate::world::{Subscriber, World, accept, delivery, event, of_type, response, until};

#[tokio::test]
async fn what_was_accepted_before_a_kill_is_delivered_after_it() {
    let silent = Subscriber::silent().await;
    let mut world = World::new().with_trigger(vec![], &silent, delivery(0, None));
    let broker = world.open().await;
    for id in 0..100 {
        accept(&broker, event(&id.to_string(), "placed", &[])).await;
    }
    silent.after(100).await;
    drop(broker);

    let willing = Subscriber::willing().await;
    world.triggers[0].subscriber = willing.url.clone();
    let broker = world.open().await;
    let received = willing.after(100).await;
    let ids: BTreeSet<_> = received.iter().map(|one| one.id().to_owned()).collect();
    assert_eq!(ids.len(), 100);
    broker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_events_all_arrive_although_the_broker_is_killed_on_the_way() {
    const EVENTS: usize = 10_000;
    let refused_once = Arc::new(AtomicBool::new(false));
    let willing = Subscriber::start(move |_, before| {
        let refused_once = Arc::clone(&refused_once);
        async move {
            let refuse = before == 3000 && !refused_once.swap(true, Ordering::SeqCst);
            response(if refuse { 503 } else { 202 }, "")
        }
    })
    .await;
    let world = World::new().with_trigger(of_type("placed"), &willing, delivery(5, None));
    for half in 0..2 {
        let broker = world.open().await;
        stream::iter(0..EVENTS / 2)
            .for_each_concurrent(64, |number| {
                let broker = broker.clone();
                async move {
                    let id = format!("{half}-{number}");
                    accept(&broker, event(&id, "placed", &[("ce-partitionkey", &id)])).await;
                    accept(&broker, event(&id, "unwanted", &[])).await;
                }
            })
            .await;
        drop(broker);
    }
    let broker = world.open().await;
    until(&broker, |trigger| trigger.lag == 0).await;
    let received = willing.received();
    let ids: BTreeSet<_> = received.iter().map(|one| one.id()).collect();
    assert_eq!(ids.len(), EVENTS);
    broker.stop().await;
}

#[tokio::test]
async fn what_was_delivered_before_a_stop_is_not_delivered_again() {
    let willing = Subscriber::willing().await;
    let world = World::new().with_trigger(vec![], &willing, delivery(0, None));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    willing.after(1).await;
    broker.stop().await;
    let refused = broker.ingress(event("2", "placed", &[])).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);

    let broker = world.open().await;
    accept(&broker, event("3", "placed", &[])).await;
    let received = willing.after(2).await;
    let ids: Vec<_> = received.iter().map(|one| one.id()).collect();
    assert_eq!(ids, ["1", "3"]);
    broker.stop().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_the_next_attempt_and_loses_nothing() {
    let busy = Subscriber::answering(503, "").await;
    let mut plan = delivery(5, None);
    plan.backoff_delay_ms = 600_000;
    let mut world = World::new().with_trigger(vec![], &busy, plan);
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    until(&broker, |trigger| trigger.retried == 1).await;
    broker.stop().await;

    let willing = Subscriber::willing().await;
    world.triggers[0].subscriber = willing.url.clone();
    let broker = world.open().await;
    assert_eq!(willing.after(1).await[0].id(), "1");
    broker.stop().await;
}

#[tokio::test]
async fn what_is_taken_after_the_last_delivery_is_delivered_after_the_next_start() {
    let ending = Subscriber::answering(503, "").await;
    let mut world = World::new().with_trigger(vec![], &ending, delivery(0, None));
    let broker = world.open().await;
    broker.stop_delivering().await;
    accept(&broker, event("1", "placed", &[])).await;
    broker.stop().await;
    assert_eq!(broker.triggers()[0].lost, 0);

    let willing = Subscriber::willing().await;
    world.triggers[0].subscriber = willing.url.clone();
    let broker = world.open().await;
    assert_eq!(willing.after(1).await[0].id(), "1");
    assert!(ending.received().is_empty());
    broker.stop().await;
}

#[tokio::test]
async fn a_new_trigger_starts_with_the_next_event_and_a_deleted_one_is_forgotten() {
    let willing = Subscriber::willing().await;
    let mut world = World::new();
    let broker = world.open().await;
    accept(&broker, event("before", "placed", &[])).await;
    broker.stop().await;

    world = world.with_trigger(vec![], &willing, delivery(0, None));
    let broker = world.open().await;
    accept(&broker, event("after", "placed", &[])).await;
    willing.after(1).await;
    broker.stop().await;

    let trigger = world.triggers.remove(0);
    let broker = world.open().await;
    accept(&broker, event("meanwhile", "placed", &[])).await;
    broker.stop().await;

    world.triggers.push(trigger);
    let broker = world.open().await;
    accept(&broker, event("again", "placed", &[])).await;
    let received = willing.after(2).await;
    let ids: Vec<_> = received.iter().map(|one| one.id()).collect();
    assert_eq!(ids, ["after", "again"]);
    broker.stop().await;
}

#[tokio::test]
async fn a_torn_write_is_no_event_and_those_before_it_are_whole() {
    let silent = Subscriber::silent().await;
    let world = World::new().with_trigger(vec![], &silent, delivery(0, None));
    let broker = world.open().await;
    for id in 0..20 {
        accept(&broker, event(&id.to_string(), "placed", &[])).await;
    }
    // What a power cut would leave: the files as they are, the end of the last write missing.
    let willing = Subscriber::willing().await;
    let after = World::new().with_trigger(vec![], &willing, delivery(0, None));
    for file in ["events.db", "events.db-wal"] {
        fs::copy(world.dir().join(file), after.dir().join(file)).unwrap();
    }
    let log = fs::OpenOptions::new()
        .write(true)
        .open(after.dir().join("events.db-wal"))
        .unwrap();
    log.set_len(log.metadata().unwrap().len() - 100).unwrap();

    let reopened = after.open().await;
    let received = willing.after(19).await;
    for one in &received {
        assert_eq!(one.body, format!(r#"{{"id":"{}"}}"#, one.id()));
    }
    until(&reopened, |trigger| trigger.lag == 0).await;
    accept(&reopened, event("next", "placed", &[])).await;
    reopened.stop().await;
    drop(broker);
}

const CHILDS_DIR: &str = "SOUK_BROKER_TEST_DIR";

/// The child of the test beneath: prints what was accepted until it is killed.
#[tokio::test]
#[ignore = "is started by another test"]
async fn accepts_until_it_is_killed() {
    let silent = Subscriber::silent().await;
    let dir = std::env::var_os(CHILDS_DIR).unwrap();
    let world = World::within(dir.into()).with_trigger(vec![], &silent, delivery(0, None));
    let broker = world.open().await;
    stream::iter(0..)
        .for_each_concurrent(64, |id: u64| {
            let broker = broker.clone();
            async move {
                accept(&broker, event(&id.to_string(), "placed", &[])).await;
                println!("accepted {id}");
            }
        })
        .await;
}

#[tokio::test]
async fn a_killed_process_leaves_everything_that_it_accepted() {
    let willing = Subscriber::willing().await;
    let world = World::new().with_trigger(vec![], &willing, delivery(0, None));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "surviving::accepts_until_it_is_killed",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(CHILDS_DIR, world.dir())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut accepted = BTreeSet::new();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        accepted.extend(line.strip_prefix("accepted ").map(str::to_owned));
        if accepted.len() == 500 {
            // SIGKILL; what it has printed until then is still read.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(accepted.len() >= 500, "the child ended by itself");

    let broker = world.open().await;
    until(&broker, |trigger| trigger.lag == 0).await;
    let received = willing.received();
    let ids: BTreeSet<_> = received.iter().map(|one| one.id().to_owned()).collect();
    assert!(ids.is_superset(&accepted));
    broker.stop().await;
}
