use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderValue;

use crate::world::{
    Subscriber, World, accept, delivery, event, of_type, response, until, until_nothing_lags,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test]
async fn an_event_reaches_who_wants_it_as_the_kafka_broker_would_send_it() {
    let (wanting, other) = (Subscriber::willing().await, Subscriber::willing().await);
    let world = World::new()
        .with_trigger(of_type("placed"), &wanting, delivery(0, None))
        .with_trigger(of_type("cancelled"), &other, delivery(0, None));
    let broker = world.open().await;
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let more = [
        ("traceparent", parent.as_str()),
        ("ce-subject", "orders/1"),
        ("ce-knativekafkaoffset", "999"),
        ("x-secret", "stays here"),
    ];
    accept(&broker, event("1", "placed", &more)).await;

    let received = wanting.after(1).await.remove(0);
    assert_eq!(received.body, r#"{"id":"1"}"#);
    for (name, value) in [
        ("ce-id", Some("1")),
        ("ce-type", Some("placed")),
        ("ce-subject", Some("orders/1")),
        ("content-type", Some("application/json")),
        ("ce-knativekafkaoffset", Some("0")),
        ("prefer", Some("reply")),
        ("kn-namespace", Some("souk")),
        ("x-secret", None),
    ] {
        assert_eq!(received.header(name), value, "{name}");
    }
    let onward = received.header("traceparent").unwrap();
    assert!(onward.contains(TRACE) && onward != parent, "{onward}");
    until_nothing_lags(&broker).await;
    let delivered: Vec<_> = broker.triggers().iter().map(|one| one.delivered).collect();
    assert_eq!(delivered, [1, 0], "what is not wanted is passed over");
    assert!(other.received().is_empty());
    broker.stop().await;
}

#[tokio::test]
async fn a_reply_is_delivered_to_others() {
    let answering = Subscriber::start(|_, _| async {
        let mut reply = response(200, "{}");
        for (name, value) in [
            ("ce-specversion", "1.0"),
            ("ce-id", "2"),
            ("ce-source", "/s"),
            ("ce-type", "answer"),
        ] {
            reply
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        reply
    })
    .await;
    let hearing = Subscriber::willing().await;
    let world = World::new()
        .with_trigger(of_type("question"), &answering, delivery(0, None))
        .with_trigger(of_type("answer"), &hearing, delivery(0, None));
    let broker = world.open().await;
    accept(&broker, event("1", "question", &[])).await;
    assert_eq!(hearing.after(1).await[0].id(), "2");
    broker.stop().await;
}

#[tokio::test]
async fn poison_goes_to_the_dead_letters_at_once_with_what_was_answered() {
    let refusing = Subscriber::answering(400, "no such order").await;
    let sink = Subscriber::willing().await;
    let world = World::new().with_trigger(vec![], &refusing, delivery(5, Some(&sink)));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    let letter = sink.after(1).await.remove(0);
    for (name, value) in [
        ("ce-id", "1"),
        ("ce-knativeerrordest", &refusing.url),
        ("ce-knativeerrorcode", "400"),
        ("ce-knativeerrordata", "bm8gc3VjaCBvcmRlcg=="),
    ] {
        assert_eq!(letter.header(name), Some(value), "{name}");
    }
    let status = until(&broker, |trigger| trigger.dead_lettered == 1).await;
    assert_eq!((status.retried, status.delivered, status.lost), (0, 0, 0));
    broker.stop().await;
}

#[tokio::test]
async fn a_body_that_is_no_event_is_a_dead_letter_that_says_only_where() {
    let chatty = Subscriber::answering(200, "ok").await;
    let sink = Subscriber::willing().await;
    let world = World::new().with_trigger(vec![], &chatty, delivery(5, Some(&sink)));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    let letter = sink.after(1).await.remove(0);
    assert_eq!(letter.header("ce-knativeerrordest"), Some(&*chatty.url));
    assert_eq!(letter.header("ce-knativeerrorcode"), None);
    assert_eq!(chatty.received().len(), 1);
    broker.stop().await;
}

#[tokio::test]
async fn who_is_busy_is_asked_again() {
    let busy =
        Subscriber::start(
            |_, before| async move { response(if before < 2 { 503 } else { 202 }, "") },
        )
        .await;
    let world = World::new().with_trigger(vec![], &busy, delivery(5, None));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    let status = until(&broker, |trigger| trigger.delivered == 1).await;
    assert_eq!((status.retried, busy.received().len()), (2, 3));
    broker.stop().await;
}

#[tokio::test]
async fn who_never_answers_is_given_up_after_the_timeout() {
    let silent = Subscriber::silent().await;
    let sink = Subscriber::willing().await;
    let mut plan = delivery(1, Some(&sink));
    plan.timeout_ms = 100;
    let world = World::new().with_trigger(vec![], &silent, plan);
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    let letter = sink.after(1).await.remove(0);
    assert_eq!(letter.header("ce-knativeerrorcode"), None);
    assert_eq!(silent.received().len(), 2);
    broker.stop().await;
}

#[tokio::test]
async fn an_event_that_nobody_takes_is_lost_and_counted() {
    let refusing = Subscriber::answering(400, "").await;
    let sink = Subscriber::answering(503, "").await;
    let world = World::new().with_trigger(vec![], &refusing, delivery(1, Some(&sink)));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    let status = until(&broker, |trigger| trigger.lost == 1 && trigger.lag == 0).await;
    assert_eq!((status.dead_lettered, sink.received().len()), (0, 2));
    assert!(status.last_failure.is_some_and(|why| why.contains("400")));
    broker.stop().await;
}

#[tokio::test]
async fn an_event_that_waits_for_its_next_attempt_does_not_hold_up_others() {
    let picky = Subscriber::start(|request, _| async move {
        response(if request.id() == "slow" { 503 } else { 202 }, "")
    })
    .await;
    let mut plan = delivery(3, None);
    plan.backoff_delay_ms = 600_000;
    let world = World::new().with_trigger(vec![], &picky, plan);
    let broker = world.open().await;
    let key = [("ce-partitionkey", "same")];
    accept(&broker, event("slow", "placed", &key)).await;
    for id in ["1", "2", "3"] {
        accept(&broker, event(id, "placed", &key)).await;
    }
    let status = until(&broker, |trigger| trigger.delivered == 3).await;
    assert_eq!(
        (status.in_flight, status.lag),
        (1, 4),
        "nothing after it is committed"
    );
    broker.stop().await;
}

#[tokio::test]
async fn an_ordered_trigger_delivers_a_partition_one_by_one() {
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let slow = Subscriber::start(move |_, _| {
        let (running, most) = (Arc::clone(&running), Arc::clone(&seen));
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            running.fetch_sub(1, Ordering::SeqCst);
            response(202, "")
        }
    })
    .await;
    let mut world = World::new().with_trigger(vec![], &slow, delivery(0, None));
    world.triggers[0].ordered = true;
    let broker = world.open().await;
    let ids: Vec<String> = (0..50).map(|id| id.to_string()).collect();
    for id in &ids {
        accept(&broker, event(id, "placed", &[("ce-partitionkey", "same")])).await;
    }
    let received = slow.after(ids.len()).await;
    let found: Vec<_> = received.iter().map(|one| one.id().to_owned()).collect();
    assert_eq!(found, ids);
    assert_eq!(most.load(Ordering::SeqCst), 1);
    broker.stop().await;
}
