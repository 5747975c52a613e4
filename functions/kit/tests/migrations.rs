//! Tables that are newer or older than the function that starts on them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use souk_kit::{
    Env, StartError,
    postgres::{connect, migrate},
};
use souk_testing::postgres_url;
use sqlx::{AssertSqlSafe, PgPool, migrate::Migrator, query, query_scalar, raw_sql};

static MIGRATOR: Migrator = sqlx::migrate!("./tests/migrations");

async fn tables(pool: &PgPool) -> Vec<String> {
    let select = "select tablename::text from pg_tables where schemaname = 'public' order by 1";
    query_scalar(select).fetch_all(pool).await.unwrap()
}

#[tokio::test]
async fn migrating_makes_the_tables_and_again_changes_nothing() {
    let url = postgres_url().await;
    for _ in 0..2 {
        migrate(Env::of(&[("DATABASE_URL", &url)]), &MIGRATOR)
            .await
            .unwrap();
    }
    let tables = tables(&PgPool::connect(&url).await.unwrap()).await;
    for table in ["notes", "outbox", "last_writes"] {
        assert!(
            tables.contains(&table.to_owned()),
            "{table} is not in {tables:?}"
        );
    }
    let told = migrate(Env::of(&[]), &MIGRATOR).await.unwrap_err();
    assert!(
        told.to_string().contains("DATABASE_URL is not set"),
        "{told}"
    );
}

#[tokio::test]
async fn a_function_starts_on_tables_that_a_later_release_has_made() {
    let url = postgres_url().await;
    let pool = connect(&url, &MIGRATOR, 1).await.unwrap();
    let later = "insert into %t (version, description, success, checksum, execution_time) \
                 values (30001231235959, 'later', true, '', 0)";
    for table in ["_sqlx_migrations", "_kit_migrations_later"] {
        query(AssertSqlSafe(later.replace("%t", table)))
            .execute(&pool)
            .await
            .unwrap();
    }
    connect(&url, &MIGRATOR, 1).await.unwrap();
}

#[tokio::test]
async fn instances_that_start_at_the_same_moment_wait_for_one_another() {
    let url = postgres_url().await;
    let started = (0..4).map(|_| connect(&url, &MIGRATOR, 1));
    for started in futures::future::join_all(started).await {
        started.unwrap();
    }
}

#[tokio::test]
async fn a_role_that_may_not_change_old_tables_says_which_step_is_missing_and_what_to_do() {
    let url = postgres_url().await;
    let owner = connect(&url, &MIGRATOR, 1).await.unwrap();
    let name = url.split(['/', '?']).nth(3).unwrap().to_owned();
    let setup = format!(
        "create role {name} login; grant select on all tables in schema public to {name}; \
         delete from _kit_migrations_later"
    );
    raw_sql(AssertSqlSafe(setup)).execute(&owner).await.unwrap();
    let told = connect(
        &url.replace("//postgres@", &format!("//{name}@")),
        &MIGRATOR,
        1,
    )
    .await;
    let told = told.unwrap_err();
    assert!(matches!(told, StartError::OldTables(..)), "{told}");
    let told = told.to_string();
    assert!(
        told.contains("20261125180000 (last writes)") && told.contains("`migrate`"),
        "{told}"
    );
}
