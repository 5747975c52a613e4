//! What PostgreSQL does with sessions of ours that hang, and what whoever waits for them is told.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::response::IntoResponse;
use http::StatusCode;
use souk_kit::Problem;
use souk_testing::postgres;
use sqlx::{PgPool, migrate::Migrator, query, query_scalar, raw_sql};

static MIGRATOR: Migrator = sqlx::migrate!("./tests/migrations");

async fn setting(pool: &PgPool, name: &str) -> String {
    let select = query_scalar("select current_setting($1)").bind(name);
    select.fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn every_session_is_bounded() {
    let pool = postgres(&MIGRATOR).await;
    for (name, value) in [
        ("idle_in_transaction_session_timeout", "10s"),
        ("lock_timeout", "5s"),
        ("statement_timeout", "15s"),
        ("client_connection_check_interval", "5s"),
    ] {
        assert_eq!(setting(&pool, name).await, value, "{name}");
    }
}

/// Frozen in the middle of a transaction, as by SIGSTOP; here for a shorter time.
#[tokio::test]
async fn a_process_that_comes_back_from_a_long_pause_cannot_commit_and_the_others_did_not_wait_for_it()
 {
    let pool = postgres(&MIGRATOR).await;
    let insert = "insert into notes (text) values ('rows that are locked')";
    query(insert).execute(&pool).await.unwrap();
    let mut frozen = pool.begin().await.unwrap();
    let hurry = "set local idle_in_transaction_session_timeout = '100ms'";
    raw_sql(hurry).execute(&mut *frozen).await.unwrap();
    let update = "update notes set text = 'changed'";
    query(update).execute(&mut *frozen).await.unwrap();

    // It waits for the rows, and gets them when the frozen session is ended.
    query(update).execute(&pool).await.unwrap();
    let late = query(update).execute(&mut *frozen).await;
    let late = match late {
        Ok(_) => frozen.commit().await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(late.is_err(), "a late commit went through");
}

#[tokio::test]
async fn whoever_waits_too_long_for_a_lock_is_told_to_come_again() {
    let pool = postgres(&MIGRATOR).await;
    let lock = "lock table notes in access exclusive mode";
    let (mut holder, mut waiter) = (pool.begin().await.unwrap(), pool.begin().await.unwrap());
    raw_sql(lock).execute(&mut *holder).await.unwrap();
    let hurry = "set local lock_timeout = '20ms'";
    raw_sql(hurry).execute(&mut *waiter).await.unwrap();
    let error = raw_sql(lock).execute(&mut *waiter).await.unwrap_err();
    let answer = Problem::from(error).into_response();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "1");
}
