//! Outbox and inbox on a real PostgreSQL, with a real socket as the sink.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use chrono::{DateTime, TimeDelta, Utc};
use cloudevents::{AttributesReader, Event, EventBuilder, EventBuilderV10};
use http::StatusCode;
use serde_json::json;
use souk_kit::{
    Clock, Delivery, Ids, Problem, Refusal,
    postgres::{Outbox, Tx},
};
use souk_testing::{Recorder, postgres};
use sqlx::{PgPool, migrate::Migrator, query, query_scalar};

static MIGRATOR: Migrator = sqlx::migrate!("./tests/migrations");

struct Shop {
    pool: PgPool,
    clock: Clock,
    recorder: Recorder,
}

impl Shop {
    async fn open() -> Self {
        let clock = Clock::fixed(Clock::system().now());
        Self {
            pool: postgres(&MIGRATOR).await,
            clock,
            recorder: Recorder::start().await,
        }
    }

    fn outbox(&self) -> Outbox {
        Outbox::start(
            self.pool.clone(),
            self.recorder.sink(),
            self.clock.clone(),
            Ids::system(),
        )
    }

    async fn count(&self, table: &'static str) -> i64 {
        let query = match table {
            "notes" => "select count(*) from notes",
            "inbox" => "select count(*) from inbox",
            _ => "select count(*) from outbox",
        };
        query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }

    /// Puts a row into the outbox as a process does that dies right after its commit.
    async fn commit_and_die(&self, id: &str) {
        let kept = json!({ "event": event(id) });
        let insert =
            query("insert into outbox (event_id, kept, emitted_at) values ($1, $2::json, $3)");
        let insert = insert
            .bind(id)
            .bind(kept.to_string())
            .bind(self.clock.now());
        insert.execute(&self.pool).await.unwrap();
    }
}

fn event(id: &str) -> Event {
    let data = json!({ "note": "it's $json$ \\ worth \u{20ac}5" });
    let event = EventBuilderV10::new()
        .id(id)
        .source("/functions/notes")
        .ty("dev.souk.note.taken.v1");
    event
        .extension("partitionkey", "n1")
        .data("application/json", data)
        .build()
        .unwrap()
}

fn delivery(id: &str) -> Delivery<()> {
    let (source, event_type) = ("/functions/it's".to_owned(), "t".to_owned());
    Delivery {
        id: id.to_owned(),
        source,
        event_type,
        time: None,
        data: (),
    }
}

async fn note(tx: &mut Tx) {
    query("insert into notes (text) values ('n')")
        .execute(tx.conn())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_commit_wakes_the_relay_and_nothing_is_left_after_the_drain() {
    let mut shop = Shop::open().await;
    let outbox = shop.outbox();
    let mut tx = outbox.begin().await.unwrap();
    note(&mut tx).await;
    tx.emit(event("e1")).unwrap();
    tx.emit(event("e2")).unwrap();
    tx.commit().await.unwrap();
    let mut ids = [
        shop.recorder.next().await.id().to_owned(),
        shop.recorder.next().await.id().to_owned(),
    ];
    ids.sort();
    assert_eq!(ids, ["e1", "e2"]);
    outbox.drained().await;
    assert_eq!(
        (shop.count("notes").await, shop.count("outbox").await),
        (1, 0)
    );
}

#[tokio::test]
async fn an_event_travels_whole_and_in_binary_mode() {
    let mut shop = Shop::open().await;
    let outbox = shop.outbox();
    let mut tx = outbox.begin().await.unwrap();
    tx.emit(event("e1")).unwrap();
    tx.commit().await.unwrap();
    let sent = shop.recorder.next_sent().await;
    assert_eq!(sent.headers["ce-id"], "e1");
    assert_eq!(sent.headers["content-type"], "application/json");
    assert_eq!(sent.headers["ce-partitionkey"], "n1");
    let Some(cloudevents::Data::Binary(body)) = sent.event.data() else {
        panic!("binary mode carries bytes")
    };
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body, json!({ "note": "it's $json$ \\ worth \u{20ac}5" }));
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing_and_sends_nothing() {
    let mut shop = Shop::open().await;
    let outbox = shop.outbox();
    let mut tx = outbox.begin().await.unwrap();
    note(&mut tx).await;
    tx.emit(event("e1")).unwrap();
    drop(tx);
    outbox.begin().await.unwrap().commit().await.unwrap();
    outbox.drained().await;
    assert_eq!(
        (shop.count("notes").await, shop.count("outbox").await),
        (0, 0)
    );
    assert!(shop.recorder.waiting().is_empty());
}

#[tokio::test]
async fn what_a_crash_left_unsent_is_sent_by_a_sweep_once_it_is_old_enough() {
    let mut shop = Shop::open().await;
    shop.commit_and_die("e1").await;
    let outbox = shop.outbox();
    outbox.sweep().await.unwrap();
    assert!(
        shop.recorder.waiting().is_empty(),
        "a young row belongs to the relay that was handed it"
    );
    shop.clock.advance(TimeDelta::seconds(10));
    outbox.sweep().await.unwrap();
    assert_eq!(shop.recorder.next().await, received(event("e1")));
    assert_eq!(shop.count("outbox").await, 0);
}

#[tokio::test]
async fn what_an_earlier_process_left_is_sent_without_being_asked() {
    let mut shop = Shop::open().await;
    shop.commit_and_die("e1").await;
    shop.clock.advance(TimeDelta::seconds(10));
    let _outbox = shop.outbox();
    assert_eq!(shop.recorder.next().await.id(), "e1");
}

#[tokio::test]
async fn an_event_that_the_sink_refuses_stays_until_a_sweep_finds_the_sink_better() {
    let mut shop = Shop::open().await;
    let outbox = shop.outbox();
    shop.recorder.answer(StatusCode::BAD_REQUEST);
    let mut tx = outbox.begin().await.unwrap();
    tx.emit(event("e1")).unwrap();
    tx.commit().await.unwrap();
    outbox.clone().drained().await;
    assert_eq!(shop.count("outbox").await, 1);
    shop.clock.advance(TimeDelta::seconds(10));
    assert!(
        outbox.sweep().await.is_err(),
        "a sweep says when it could not send"
    );
    shop.recorder.answer(StatusCode::ACCEPTED);
    outbox.sweep().await.unwrap();
    assert_eq!(shop.recorder.next().await.id(), "e1");
    assert_eq!(shop.count("outbox").await, 0);
}

#[tokio::test]
async fn a_commit_is_finished_even_if_the_caller_hangs_up() {
    let mut shop = Shop::open().await;
    let outbox = shop.outbox();
    let mut tx = outbox.begin().await.unwrap();
    tx.emit(event("e1")).unwrap();
    let mut commit = Box::pin(tx.commit());
    assert!(futures::poll!(&mut commit).is_pending());
    drop(commit);
    assert_eq!(shop.recorder.next().await.id(), "e1");
}

#[tokio::test]
async fn two_sweeps_at_the_same_time_send_an_event_once() {
    let mut shop = Shop::open().await;
    let (one, other) = (shop.outbox(), shop.outbox());
    for n in 0..50 {
        shop.commit_and_die(&format!("e{n}")).await;
    }
    shop.clock.advance(TimeDelta::seconds(10));
    let (first, second) = tokio::join!(one.sweep(), other.sweep());
    assert_eq!((first, second), (Ok(()), Ok(())));
    assert_eq!(shop.recorder.waiting().len(), 50);
}

#[tokio::test]
async fn a_sink_that_is_away_for_a_moment_is_tried_again() {
    let mut shop = Shop::open().await;
    let outbox = shop.outbox();
    shop.recorder.answer(StatusCode::SERVICE_UNAVAILABLE);
    let mut tx = outbox.begin().await.unwrap();
    tx.emit(event("e1")).unwrap();
    tx.commit().await.unwrap();
    shop.recorder.answer(StatusCode::ACCEPTED);
    assert_eq!(shop.recorder.next().await.id(), "e1");
}

#[tokio::test]
async fn the_same_delivery_is_handled_once_however_it_is_recognised() {
    let shop = Shop::open().await;
    let outbox = shop.outbox();
    let mut tx = outbox
        .receive(&delivery("d1"))
        .await
        .unwrap()
        .expect("it comes for the first time");
    note(&mut tx).await;
    tx.commit().await.unwrap();
    assert!(outbox.receive(&delivery("d1")).await.unwrap().is_none());
    assert!(
        !outbox
            .begin()
            .await
            .unwrap()
            .first_time(&delivery("d1"))
            .await
            .unwrap()
    );
    assert!(
        outbox
            .begin()
            .await
            .unwrap()
            .first_time(&delivery("d2"))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_delivery_whose_handler_failed_is_handled_when_it_comes_again() {
    let shop = Shop::open().await;
    let outbox = shop.outbox();
    let tx = outbox.receive(&delivery("d1")).await.unwrap().unwrap();
    drop(tx);
    assert!(outbox.receive(&delivery("d1")).await.unwrap().is_some());
}

#[tokio::test]
async fn two_deliveries_of_one_event_at_the_same_time_are_handled_once() {
    let shop = Shop::open().await;
    let outbox = shop.outbox();
    let first = outbox.receive(&delivery("d1")).await.unwrap().unwrap();
    let (outbox, delivery) = (outbox.clone(), delivery("d1"));
    let second = tokio::spawn(async move { outbox.receive(&delivery).await.unwrap().is_some() });
    first.commit().await.unwrap();
    assert!(!second.await.unwrap());
}

#[tokio::test]
async fn the_inbox_forgets_after_a_week() {
    let shop = Shop::open().await;
    let outbox = shop.outbox();
    outbox
        .receive(&delivery("d1"))
        .await
        .unwrap()
        .unwrap()
        .commit()
        .await
        .unwrap();
    shop.clock.advance(TimeDelta::days(6));
    outbox.sweep().await.unwrap();
    assert_eq!(shop.count("inbox").await, 1);
    shop.clock.advance(TimeDelta::days(2));
    outbox.sweep().await.unwrap();
    assert_eq!(shop.count("inbox").await, 0);
}

#[tokio::test]
async fn a_value_that_no_column_can_hold_is_the_senders_mistake() {
    let shop = Shop::open().await;
    let keep = async |text: &str| {
        query("insert into notes (text) values ($1)")
            .bind(text)
            .execute(&shop.pool)
            .await
    };
    let problem = Problem::from(keep("a\0b").await.unwrap_err());
    assert_eq!(problem.status(), StatusCode::BAD_REQUEST);
    let refusal = Refusal::from(keep("a\0b").await.unwrap_err());
    assert!(matches!(refusal, Refusal::Never(_)), "{refusal}");

    let before = query("select 1 where now() > $1").bind(DateTime::<Utc>::MIN_UTC);
    let problem = Problem::from(before.execute(&shop.pool).await.unwrap_err());
    assert_eq!(problem.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn tables_are_made_once_and_a_changed_migration_is_noticed() {
    let url = souk_testing::postgres_url().await;
    for _ in 0..2 {
        souk_kit::postgres::connect(&url, &MIGRATOR, 2)
            .await
            .unwrap();
    }
    let pool = PgPool::connect(&url).await.unwrap();
    query("update _sqlx_migrations set checksum = 'x'")
        .execute(&pool)
        .await
        .unwrap();
    assert!(
        souk_kit::postgres::connect(&url, &MIGRATOR, 2)
            .await
            .is_err()
    );
}

/// What comes out of a socket has its data as bytes.
fn received(mut event: Event) -> Event {
    let (content_type, _, data) = event.take_data();
    let bytes: Vec<u8> = data.unwrap().try_into().unwrap();
    event.set_data(content_type.unwrap(), bytes);
    event
}
