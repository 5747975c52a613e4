//! The metrics that every function has.

use super::{World, collector::Series, notes};

fn count(series: &[Series], label: &str, value: &str) -> f64 {
    let found = series
        .iter()
        .filter(|it| it.labels.get(label).is_some_and(|is| is == value));
    found.map(|series| series.count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_lives_for_seconds_tells_everything_before_it_ends() {
    let mut world = World::start().await;
    world.ask("/v1/notes/7").await.unwrap();
    world.ask("/v1/notes/8").await.unwrap();
    world.ask("/made/up").await.unwrap_err();
    for (id, word) in [("1", "hello"), ("1", "hello"), ("2", "busy"), ("3", "no")] {
        world.deliver(notes::HEARD, id, word).await;
    }
    world.deliver("made.up", "4", "").await;
    assert!(world.function.terminate().success());
    let told = |name: &str| world.collector.series(name);

    let served = told("http.server.request.duration");
    assert_eq!(count(&served, "http.route", "/v1/notes/{note_id}"), 2.0);
    assert_eq!(count(&served, "http.route", "unknown"), 1.0);
    assert_eq!(count(&served, "error.type", "503"), 1.0);
    assert_eq!(served[0].bounds.len(), 14);
    let handled = told("messaging.process.duration");
    for outcome in ["done", "again", "later"] {
        assert_eq!(count(&handled, "souk.outcome", outcome), 1.0, "{outcome}");
    }
    assert_eq!(count(&handled, "cloudevents.event_type", "others"), 1.0);
    let fresh = told("souk.event.freshness");
    assert_eq!(count(&fresh, "cloudevents.event_type", notes::HEARD), 1.0);
    assert_eq!(fresh[0].bounds.last(), Some(&3600.0));
    assert_eq!(count(&told("faas.coldstarts"), "faas.trigger", "http"), 1.0);
    assert_eq!(told("faas.init_duration")[0].count, 1.0);
    let sent = told("messaging.client.sent.messages");
    assert_eq!(count(&sent, "cloudevents.event_type", notes::TAKEN), 2.0);
    assert_eq!(
        count(
            &told("souk.outbox.lag"),
            "cloudevents.event_type",
            notes::TAKEN
        ),
        2.0
    );
    let asked = told("http.client.request.duration");
    assert_eq!(count(&asked, "peer.service", "neighbour"), 3.0);
    assert_eq!(count(&asked, "error.type", "503"), 1.0);
    let database = told("db.client.operation.duration");
    assert!(
        count(&database, "db.operation.name", "COMMIT") >= 3.0,
        "{database:?}"
    );
    assert_eq!(
        count(
            &told("souk.circuit_breaker.state"),
            "peer.service",
            "neighbour"
        ),
        0.0
    );
    let active: f64 = told("http.server.active_requests")
        .iter()
        .map(|it| it.count)
        .sum();
    assert_eq!(active, 0.0, "nobody is being answered any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_are_deltas_and_no_series_names_an_instance() {
    let mut world = World::start().await;
    world.ask("/v1/notes/7").await.unwrap();
    assert!(world.function.terminate().success());
    for name in [
        "http.server.request.duration",
        "faas.coldstarts",
        "souk.outbox.lag",
    ] {
        for series in world.collector.series(name) {
            assert!(series.is_delta, "{series:?}");
            assert_eq!(series.resource["service.name"], "notes");
            assert_eq!(series.resource["service.namespace"], "souk");
            assert!(!series.resource.contains_key("service.instance.id"));
        }
    }
}
