//! A real cluster: started, stopped, killed, started again.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use souk_engines::postgres::Database;
use souk_engines::secrets::random_token;
use souk_engines::{Postgres, PostgresSetup, Progress};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

const CARTS: Database<'_> = Database {
    name: "carts",
    password: "carts-password",
};
const ORDERS: Database<'_> = Database {
    name: "orders",
    password: "orders-password",
};

fn setup(data_dir: &Path) -> PostgresSetup {
    PostgresSetup {
        data_dir: data_dir.to_owned(),
        programs: None,
        password: "of the superuser".replace(' ', "-"),
    }
}

async fn start(setup: &PostgresSetup) -> Postgres {
    Postgres::start(setup, &Progress::new(|line| eprintln!("{line}")))
        .await
        .unwrap()
}

async fn count(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url)
        .await
        .expect("the database is open");
    let row = connection.fetch_one("SELECT count(*) FROM rows").await;
    row.expect("the table is there").get(0)
}

#[tokio::test]
async fn a_cluster_keeps_its_rows_over_a_stop_and_over_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(folder.path());

    let postgres = start(&setup).await;
    let port = postgres.port();
    let urls = postgres.ensure_databases(&[ORDERS]).await.unwrap();
    let mut connection = PgConnection::connect(&urls[0]).await.unwrap();
    connection
        .execute("CREATE TABLE rows (id int); INSERT INTO rows VALUES (1)")
        .await
        .unwrap();
    drop(connection);
    postgres.stop().await;

    let postgres = start(&setup).await;
    assert_eq!(postgres.port(), port, "the port is remembered");
    let mut connection = PgConnection::connect(&urls[0]).await.unwrap();
    connection
        .execute("INSERT INTO rows VALUES (2)")
        .await
        .unwrap();
    kill(postgres.pid());
    tokio::time::timeout(Duration::from_secs(10), postgres.ended())
        .await
        .unwrap();

    let postgres = start(&setup).await;
    assert_eq!(count(&urls[0]).await, 2);
    postgres.stop().await;
    assert!(!Path::new(&format!("/proc/{}", postgres.pid())).exists());
}

#[tokio::test]
async fn a_role_cannot_read_the_database_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = start(&setup(folder.path())).await;
    let urls = postgres.ensure_databases(&[CARTS, ORDERS]).await.unwrap();
    PgConnection::connect(&urls[0]).await.unwrap();

    for closed in ["orders", "postgres", "template1"] {
        let url = urls[0].replace("/carts?", &format!("/{closed}?"));
        let refusal = PgConnection::connect(&url).await.unwrap_err().to_string();
        assert!(
            refusal.contains("permission denied for database"),
            "{closed}: {refusal}"
        );
    }
    let url = urls[0].replace(CARTS.password, ORDERS.password);
    assert!(
        PgConnection::connect(&url)
            .await
            .unwrap_err()
            .to_string()
            .contains("password")
    );
    postgres.stop().await;
}

#[tokio::test]
async fn asking_again_for_the_same_databases_changes_only_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = start(&setup(folder.path())).await;
    let urls = postgres.ensure_databases(&[ORDERS]).await.unwrap();
    PgConnection::connect(&urls[0])
        .await
        .unwrap()
        .execute("CREATE TABLE rows (id int)")
        .await
        .unwrap();

    let password = random_token();
    let again = Database {
        password: &password,
        ..ORDERS
    };
    let new_urls = postgres.ensure_databases(&[again]).await.unwrap();
    assert_eq!(count(&new_urls[0]).await, 0);
    assert!(
        PgConnection::connect(&urls[0]).await.is_err(),
        "the old password still opens the door"
    );
    postgres.stop().await;
}

#[tokio::test]
async fn text_is_utf8_and_sorted_by_code_point() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = start(&setup(folder.path())).await;
    let urls = postgres.ensure_databases(&[ORDERS]).await.unwrap();
    let mut connection = PgConnection::connect(&urls[0]).await.unwrap();
    let row = connection
        .fetch_one("SELECT array_agg(t ORDER BY t), upper('\u{e4}') FROM unnest(ARRAY['\u{e4}', 'b', 'B']) t")
        .await
        .unwrap();
    assert_eq!(row.get::<Vec<String>, _>(0), ["B", "b", "\u{e4}"]);
    postgres.stop().await;
}

#[tokio::test]
async fn a_start_that_is_broken_off_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    // Open to walk through, so that the path stands in the command lines.
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o711)).unwrap();
    let setup = setup(folder.path());
    let base = folder.path().join("postgres.new/data/base");
    let initdb_works = async {
        while !base.exists() || naming(folder.path()).is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        _ = start(&setup) => panic!("initdb was not seen at work"),
        () = initdb_works => (),
    }
    assert_eq!(naming(folder.path()), Vec::<String>::new());

    let postgres = start(&setup).await;
    assert_ne!(naming(folder.path()), Vec::<String>::new());
    drop(postgres);
    assert_eq!(naming(folder.path()), Vec::<String>::new());
}

/// The command lines in which this folder stands.
fn naming(folder: &Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|one| std::fs::read(one.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(folder.to_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_folder_that_is_no_cluster_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("postgres")).unwrap();
    std::fs::write(folder.path().join("postgres/mine"), "").unwrap();
    let refused = Postgres::start(&setup(folder.path()), &Progress::silent()).await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("PG_VERSION is missing"), "{said}");
    assert!(!folder.path().join("postgres.new").exists());
}

fn kill(pid: u32) {
    let done = std::process::Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    assert!(done.is_ok_and(|status| status.success()), "kill {pid}");
}
