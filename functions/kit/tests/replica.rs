//! Lists from a streaming replica: two real servers, one of which is behind when it is told to be.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use souk_kit::{
    Clock, Env, Ids, Reader,
    postgres::{Outbox, connect, replica_settings},
};
use souk_testing::{Recorder, Replicated};
use sqlx::{migrate::Migrator, query, query_scalar};
use uuid::Uuid;

static MIGRATOR: Migrator = sqlx::migrate!("./tests/migrations");

const ADA: Uuid = Uuid::from_u128(0xada);
const BOB: Uuid = Uuid::from_u128(0xb0b);

/// One instance of a function with these servers.
async fn instance(servers: &Replicated, recorder: &Recorder) -> Outbox {
    let env = Env::of(&[("DATABASE_READ_URL", servers.read_url())]);
    let mut r = Reader::new(&env);
    let replica = replica_settings(&mut r);
    let replica = r.finish(|| replica).unwrap();
    let pool = connect(&servers.url(), &MIGRATOR, 4).await.unwrap();
    Outbox::start(pool, recorder.sink(), Clock::system(), Ids::system()).with_replica(replica)
}

async fn write(outbox: &Outbox, account_id: Uuid, text: &str) {
    let mut tx = outbox.begin().await.unwrap();
    tx.on_behalf_of(account_id);
    let insert = query("insert into notes (text) values ($1)").bind(text);
    insert.execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

/// How many notes somebody sees, and whether a replica has said so.
async fn seen(outbox: &Outbox, reader: Option<Uuid>) -> (i64, bool) {
    let mut conn = outbox.read_as(reader).await.unwrap();
    let notes = query_scalar("select count(*) from notes")
        .fetch_one(&mut *conn)
        .await;
    let replica = query_scalar("select pg_is_in_recovery()")
        .fetch_one(&mut *conn)
        .await;
    (notes.unwrap(), replica.unwrap())
}

/// Replicas say nothing when they have caught up: they are asked until they have.
async fn until_read_in_the_replica(outbox: &Outbox, reader: Uuid) -> i64 {
    loop {
        if let (notes, true) = seen(outbox, Some(reader)).await {
            return notes;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_written_sees_it_in_lists_whatever_the_replica_does() {
    let (mut servers, recorder) = (Replicated::start().await, Recorder::start().await);
    let (one, other) = (
        instance(&servers, &recorder).await,
        instance(&servers, &recorder).await,
    );
    write(&one, ADA, "first").await;
    assert_eq!(until_read_in_the_replica(&other, ADA).await, 1);

    servers.halt().await;
    write(&one, ADA, "second").await;
    assert_eq!(
        seen(&other, Some(ADA)).await,
        (2, false),
        "her own, through another instance"
    );
    assert_eq!(
        seen(&other, Some(BOB)).await,
        (1, true),
        "he has written nothing"
    );
    assert_eq!(seen(&other, None).await, (1, true), "nor has anybody");

    servers.follow().await;
    assert_eq!(until_read_in_the_replica(&one, ADA).await, 2);

    servers.lose().await;
    for reader in [Some(ADA), Some(BOB), None] {
        assert_eq!(seen(&one, reader).await, (2, false));
    }
}
