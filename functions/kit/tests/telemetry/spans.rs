//! The spans of a request, of an event, and of what was left behind.

use http::StatusCode;
use souk_kit::events::PING;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::{CALLER, TRACE, World, collector::Span, notes};

const SERVER: i32 = 2;
const CLIENT: i32 = 3;
const PRODUCER: i32 = 4;
const CONSUMER: i32 = 5;

fn find<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_one_tree_with_its_neighbours_its_database_and_its_event() {
    let mut world = World::start().await;
    world.ask("/v1/notes/7").await.unwrap();
    let spans = world.collector.spans(1, |it| it.kind == PRODUCER).await;
    assert!(
        spans.iter().all(|span| span.trace_id == TRACE),
        "{spans:#?}"
    );

    let server = find(&spans, "POST /v1/notes/{note_id}")[0];
    assert_eq!((server.kind, &*server.parent), (SERVER, CALLER));
    assert_eq!(server.at("http.response.status_code"), Some("202"));
    assert_eq!(server.at("faas.coldstart"), Some("true"));
    for (name, value) in [
        ("service.name", "notes"),
        ("service.namespace", "souk"),
        ("faas.name", "notes"),
        ("faas.version", "notes-00001"),
    ] {
        assert_eq!(server.resource[name], value, "{name}");
    }
    let within = |span: &&Span| span.parent == server.id;
    assert!(spans.iter().filter(within).count() >= spans.len() - 1);

    let asked = find(&spans, "GET neighbour");
    let tries = asked.iter().map(|span| {
        let at = |name| span.at(name);
        (
            at("http.response.status_code"),
            at("http.request.resend_count"),
            span.is_error,
        )
    });
    let tries = tries.collect::<Vec<_>>();
    assert_eq!(
        tries,
        [(Some("503"), None, true), (Some("200"), Some("1"), false)]
    );
    for name in [
        "http.response.status_code",
        "server.port",
        "http.request.resend_count",
    ] {
        let name = name.to_owned();
        assert!(asked[1].numbers.contains(&name), "{name}: {:?}", asked[1]);
    }
    assert!(
        server
            .numbers
            .contains(&"http.response.status_code".to_owned())
    );
    for span in asked {
        let seen = world.asked.recv().await.unwrap();
        let expected = format!("00-{TRACE}-{}-01", span.id);
        assert_eq!(seen["traceparent"], expected, "the neighbour continues it");
        assert_eq!(
            (span.kind, span.at("peer.service")),
            (CLIENT, Some("neighbour"))
        );
    }

    let sent = find(&spans, "send dev.souk.note.taken.v1")[0];
    assert_eq!(sent.at("messaging.kafka.message.key"), Some("7"));
    assert_eq!(sent.at("souk.outbox.recovered"), None);
    let event = world.recorder.next_sent().await;
    let expected = format!("00-{TRACE}-{}-01", sent.id);
    assert_eq!(
        event.headers["traceparent"], expected,
        "the event continues it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_one_span_and_a_statement_outside_of_one_another_without_values() {
    let world = World::start().await;
    world.ask("/v1/notes/7").await.unwrap();
    let spans = world.collector.spans(1, |it| it.kind == PRODUCER).await;
    let options: PgConnectOptions = world.database.parse().unwrap();
    let database = options.get_database();
    let asked: Vec<_> = spans
        .iter()
        .filter(|it| it.at("db.system.name").is_some())
        .collect();
    let names: Vec<_> = asked
        .iter()
        .map(|it| it.at("db.operation.name").unwrap())
        .collect();
    assert_eq!(names, ["SELECT", "COMMIT"]);
    for span in asked {
        assert_eq!((span.kind, span.at("db.namespace")), (CLIENT, database));
        assert_eq!(span.at("db.system.name"), Some("postgresql"));
    }
    let told = world.collector.everything();
    assert!(!told.contains("/v1/notes/7"), "a value was told: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_says_whether_it_was_done_again_later_or_never() {
    let world = World::start().await;
    for (id, word, status) in [
        ("1", "hello", StatusCode::ACCEPTED),
        ("1", "hello", StatusCode::ACCEPTED),
        ("2", "busy", StatusCode::SERVICE_UNAVAILABLE),
        ("3", "no", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(world.deliver(notes::HEARD, id, word).await, Some(status));
    }
    let spans = world.collector.spans(4, |it| it.kind == CONSUMER).await;
    let handled = find(&spans, "process dev.souk.note.heard.v1");
    let outcomes: Vec<_> = handled
        .iter()
        .map(|it| {
            (
                it.at("souk.outcome").unwrap(),
                it.is_error,
                it.at("faas.coldstart"),
            )
        })
        .collect();
    let expected = [
        ("done", false, Some("true")),
        ("again", false, Some("false")),
        ("later", true, Some("false")),
        ("never", true, Some("false")),
    ];
    assert_eq!(outcomes, expected);
    for (name, value) in [
        ("faas.trigger", "pubsub"),
        ("messaging.system", "knative"),
        ("messaging.operation.type", "process"),
        ("messaging.kafka.message.key", "7"),
        ("cloudevents.event_id", "1"),
        ("cloudevents.event_source", "/somebody"),
        ("cloudevents.event_subject", "notes/7"),
    ] {
        assert_eq!(handled[0].at(name), Some(value), "{name}");
    }
    assert_eq!(
        (&*handled[0].trace_id, &*handled[0].parent),
        (TRACE, CALLER)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_behind_is_sent_in_the_trace_that_it_belongs_to() {
    let mut world = World::start().await;
    let kept = serde_json::json!({
        "event": {"specversion": "1.0", "id": "left", "source": "/functions/notes", "type": notes::TAKEN},
        "traceparent": format!("00-{TRACE}-{CALLER}-01"),
    });
    let mut database = PgConnection::connect(&world.database).await.unwrap();
    let insert = "insert into outbox (event_id, kept, emitted_at) values ('left', $1, now() - interval '1 minute')";
    sqlx::query(insert)
        .bind(&kept)
        .execute(&mut database)
        .await
        .unwrap();
    assert_eq!(
        world.deliver(PING, "9", "").await,
        Some(StatusCode::ACCEPTED)
    );
    let spans = world.collector.spans(1, |it| it.kind == PRODUCER).await;
    let sent = find(&spans, "send dev.souk.note.taken.v1")[0];
    assert_eq!((&*sent.trace_id, &*sent.parent), (TRACE, CALLER));
    assert_eq!(sent.at("souk.outbox.recovered"), Some("true"));
    assert_eq!(world.recorder.next().await.iter().count(), 4);

    assert!(world.function.terminate().success());
    let lag = &world.collector.series("souk.outbox.lag")[0];
    assert!(lag.sum >= 60.0 && lag.count == 1.0, "{lag:?}");
    assert_eq!(
        world.collector.series("souk.outbox.recovered")[0].count,
        1.0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_the_broker_takes_late_tells_of_every_try() {
    let world = World::start().await;
    world.recorder.answer(StatusCode::SERVICE_UNAVAILABLE);
    world.ask("/v1/notes/7").await.unwrap();
    world
        .collector
        .spans(1, |it| it.name == "POST /v1/notes/{note_id}")
        .await;
    world.recorder.answer(StatusCode::ACCEPTED);
    let spans = world.collector.spans(1, |it| it.kind == PRODUCER).await;
    let sent = find(&spans, "send dev.souk.note.taken.v1")[0];
    assert!(
        !sent.is_error && sent.events.contains(&"retry".to_owned()),
        "{sent:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_the_log_says_which_span_it_belongs_to() {
    let mut world = World::start().await;
    world.ask("/v1/notes/7").await.unwrap();
    let line = world.function.wait_for_line("a note was taken");
    let spans = world.collector.spans(1, |it| it.kind == SERVER).await;
    let server = find(&spans, "POST /v1/notes/{note_id}")[0];
    assert_eq!(
        (&line["trace_id"], &line["span_id"]),
        (&TRACE.into(), &server.id.as_str().into())
    );
    assert_eq!(line["function"], "notes");
}
