use std::collections::BTreeMap;
use std::sync::Arc;

use souk_broker::{Broker, OpenError, Setup};
use souk_network::Spans;
use souk_plan::model::PingSourcePlan;

use crate::world::{Loopback, Subscriber, World, named, response};

async fn open(world: &World, schedule: &str, sink: &Subscriber) -> Result<Broker, OpenError> {
    let source = PingSourcePlan {
        object: named("sweep"),
        schedule: schedule.to_owned(),
        timezone: None,
        content_type: Some("application/json".to_owned()),
        data: Some("{}".to_owned()),
        sink: sink.url.clone(),
        extensions: BTreeMap::new(),
    };
    let setup = Setup {
        dir: world.dir(),
        brokers: &[],
        triggers: &[],
        ping_sources: &[source],
    };
    Broker::open(setup, Arc::new(Loopback::new()), Spans::default()).await
}

#[tokio::test]
async fn a_ping_is_sent_with_the_tick_and_again_when_nobody_is_there() {
    let waking =
        Subscriber::start(
            |_, before| async move { response(if before == 0 { 503 } else { 202 }, "") },
        )
        .await;
    let world = World::new();
    let broker = open(&world, "* * * * * *", &waking).await.unwrap();
    let first = waking.after(1).await.remove(0);
    let mut count = 2;
    while !waking.after(count).await[1..]
        .iter()
        .any(|one| one.id() == first.id())
    {
        count += 1;
    }
    for (name, value) in [
        ("ce-type", "dev.knative.sources.ping"),
        ("ce-source", "/apis/v1/namespaces/souk/pingsources/sweep"),
        ("content-type", "application/json"),
    ] {
        assert_eq!(first.header(name), Some(value), "{name}");
    }
    assert_eq!(first.body, "{}");
    broker.stop().await;
}

#[tokio::test]
async fn a_schedule_that_means_nothing_is_refused() {
    let (world, sink) = (World::new(), Subscriber::willing().await);
    let refused = open(&world, "every now and then", &sink).await;
    let why = refused
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(why.contains("souk/sweep"), "{why}");
}
