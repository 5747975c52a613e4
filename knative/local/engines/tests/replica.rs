//! A real server with a real replica: killed, halted, promoted.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use souk_engines::postgres::{Database, Mode, Pair, PairStatus, Server, Urls};
use souk_engines::{Postgres, PostgresSetup, Progress};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use tokio::time::{sleep, timeout};

const ORDERS: Database<'_> = Database {
    name: "orders",
    password: "orders-password",
};
const LONG: Duration = Duration::from_secs(60);

struct Shop {
    setup: PostgresSetup,
    pair: Pair,
    urls: Urls,
    _folder: Option<tempfile::TempDir>,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let setup = PostgresSetup {
            data_dir: folder.path().to_owned(),
            programs: None,
            password: "of-the-superuser".to_owned(),
        };
        let mut shop = Self::open_in(setup).await;
        shop._folder = Some(folder);
        shop.write("CREATE TABLE rows (id int PRIMARY KEY)")
            .await
            .unwrap();
        shop
    }

    async fn open_in(setup: PostgresSetup) -> Self {
        let progress = Progress::new(|line| eprintln!("{line}"));
        let pair = Pair::start(&setup, &progress).await.unwrap();
        let urls = pair.ensure_databases(&[ORDERS]).await.unwrap();
        assert!(pair.joined().await, "{:?}", pair.watch().borrow());
        Self {
            setup,
            pair,
            urls: urls[0].clone(),
            _folder: None,
        }
    }

    async fn write(&self, statement: &'static str) -> Result<(), sqlx::Error> {
        let mut connection = PgConnection::connect(&self.urls.write).await?;
        connection.execute(statement).await?;
        connection.close().await
    }

    /// As a function would: again, until it is acknowledged.
    async fn insert(&self, id: i32) {
        let insert = async || {
            let mut connection = PgConnection::connect(&self.urls.write).await?;
            let statement =
                "INSERT INTO rows SELECT $1 WHERE NOT EXISTS (SELECT FROM rows WHERE id = $1)";
            sqlx::query(statement)
                .bind(id)
                .execute(&mut connection)
                .await
        };
        while insert().await.is_err() {
            sleep(Duration::from_millis(5)).await;
        }
    }

    async fn status(&self, is: impl Fn(&PairStatus) -> bool) -> PairStatus {
        let mut watch = self.pair.watch();
        let found = timeout(LONG, watch.wait_for(|now| is(now))).await;
        found.expect("it becomes so").unwrap().clone()
    }

    /// To all processes of a server.
    fn signal(&self, server: Server, name: &str) {
        for pid in all_of(&self.setup.data_dir.join(server.folder())) {
            signal(pid, name);
        }
    }

    async fn together(&self) -> PairStatus {
        self.status(|now| {
            now.mode == Mode::Synchronous && now.replica.is_some() && now.takes_writes
        })
        .await
    }
}

async fn count(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let row = connection.fetch_one("SELECT count(*) FROM rows").await;
    row.unwrap().get(0)
}

fn signal(pid: u32, signal: &str) {
    let done = std::process::Command::new("kill")
        .args([signal, &pid.to_string()])
        .status();
    assert!(done.is_ok_and(|status| status.success()), "{signal} {pid}");
}

/// A server and its workers have their cluster's folder as their working directory.
fn all_of(folder: &Path) -> Vec<u32> {
    let folder = folder.canonicalize().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let here = processes.filter(|one| {
        std::fs::read_link(one.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(&folder))
    });
    here.filter_map(|one| one.file_name().to_str()?.parse().ok())
        .collect()
}

fn pids(status: &PairStatus) -> (u32, u32) {
    let pid = |one: &Option<souk_engines::postgres::ServerStatus>| one.as_ref().unwrap().pid;
    (pid(&status.primary), pid(&status.replica))
}

#[tokio::test]
async fn what_is_acknowledged_is_in_a_promoted_replica_and_a_new_one_follows_it() {
    let shop = Shop::open().await;
    let (primary, _) = pids(&shop.together().await);
    for id in 0..50 {
        shop.insert(id).await;
    }
    signal(primary, "-KILL");
    let promotion = shop.pair.promoter().promote(false).await.unwrap();
    assert_eq!(
        (promotion.leads, promotion.complete),
        (Server::Second, true)
    );
    assert_eq!(count(&shop.urls.write).await, 50, "by the same address");
    shop.insert(50).await;

    let now = shop.together().await;
    assert_eq!(now.replica.unwrap().server, Server::First);
    // The other way round, with a primary that lives.
    let back = shop.pair.promoter().promote(false).await.unwrap();
    assert_eq!((back.leads, back.was_running), (Server::First, true));
    assert_eq!(count(&shop.urls.write).await, 51);
    shop.pair.stop().await;
    assert_eq!(all_of(&shop.setup.data_dir), Vec::<u32>::new());
}

/// Inserts as fast as it can until told to stop; gives what was acknowledged.
async fn writer(
    url: String,
    first: i32,
    acknowledged: Arc<Mutex<Vec<i32>>>,
    stop: Arc<AtomicBool>,
) {
    let mut connection = None;
    let mut id = first;
    while !stop.load(Ordering::Relaxed) {
        let Some(open) = &mut connection else {
            connection = PgConnection::connect(&url).await.ok();
            continue;
        };
        id += 1;
        let insert = sqlx::query("INSERT INTO rows VALUES ($1)").bind(id);
        match insert.execute(open).await {
            Ok(_) => acknowledged.lock().unwrap().push(id),
            Err(_) => connection = None,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn round_after_round_nothing_acknowledged_is_lost_while_writers_write() {
    let shop = Shop::open().await;
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|number| {
            let (known, stop) = (Arc::clone(&acknowledged), Arc::clone(&stop));
            tokio::spawn(writer(
                shop.urls.write.clone(),
                number * 1_000_000,
                known,
                stop,
            ))
        })
        .collect();
    let written = || acknowledged.lock().unwrap().len();
    for round in 0..6 {
        let now = shop.together().await;
        if round % 2 == 1 {
            let (_, killed) = pids(&now);
            signal(killed, "-KILL");
            let is_another =
                |now: &PairStatus| now.replica.as_ref().is_some_and(|one| one.pid != killed);
            shop.status(|now| is_another(now) && now.mode == Mode::Synchronous)
                .await;
        }
        let before = written();
        while written() < before + 100 {
            sleep(Duration::from_millis(1)).await;
        }
        signal(pids(&shop.together().await).0, "-KILL");
        let promotion = shop.pair.promoter().promote(false).await.unwrap();
        assert!(promotion.complete);
        let known = acknowledged.lock().unwrap().clone();
        let mut connection = PgConnection::connect(&shop.urls.write).await.unwrap();
        let select = "SELECT array_agg(id) FROM unnest($1::int[]) id WHERE NOT EXISTS (SELECT FROM rows WHERE rows.id = id.id)";
        let lost = sqlx::query(select).bind(&known).fetch_one(&mut connection);
        let lost: Option<Vec<i32>> = lost.await.unwrap().get(0);
        assert_eq!(lost, None, "round {round}, of {}", known.len());
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    eprintln!("{} rows were acknowledged", written());
    shop.pair.stop().await;
}

#[tokio::test]
async fn a_killed_primary_starts_again_and_loses_nothing_and_so_does_the_pair() {
    let shop = Shop::open().await;
    for id in 0..5 {
        let killed = pids(&shop.together().await).0;
        signal(killed, "-KILL");
        shop.insert(id).await;
        let is_another =
            |now: &PairStatus| now.primary.as_ref().is_some_and(|one| one.pid != killed);
        shop.status(is_another).await;
    }
    shop.together().await;
    let Shop {
        setup,
        pair,
        urls,
        _folder,
    } = shop;
    pair.stop().await;
    let shop = Shop::open_in(setup).await;
    assert_eq!(shop.urls, urls, "the addresses stay the same");
    assert_eq!(count(&urls.write).await, 5);
    shop.pair.stop().await;

    // Without a replica from now on, and with one again later.
    let alone = Postgres::start(&shop.setup, &Progress::silent()).await;
    let alone = alone.unwrap();
    let url = alone.ensure_databases(&[ORDERS]).await.unwrap();
    let mut connection = PgConnection::connect(&url[0]).await.unwrap();
    connection
        .execute("INSERT INTO rows VALUES (99)")
        .await
        .unwrap();
    alone.stop().await;
    let shop = Shop::open_in(shop.setup).await;
    assert_eq!(count(&urls.write).await, 6);
    let found = async {
        while count(&urls.read).await != 6 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, found).await.unwrap();
    shop.pair.stop().await;
}

#[tokio::test]
async fn a_shop_goes_on_without_its_replica_which_is_not_promoted_until_it_has_everything() {
    let shop = Shop::open().await;
    shop.signal(Server::Second, "-STOP");
    // Waits until the replica counts as gone.
    shop.insert(1).await;
    let alone = shop.pair.watch().borrow().clone();
    assert_eq!(alone.mode, Mode::Alone);
    assert!(
        PgConnection::connect(&shop.urls.read).await.is_err(),
        "nobody reads in it"
    );
    let refused = shop.pair.promoter().promote(false).await.unwrap_err();
    assert!(refused.to_string().contains("--force"), "{refused}");
    shop.insert(2).await;

    shop.signal(Server::Second, "-CONT");
    let together = shop.together().await;
    assert_ne!(alone.since, together.since);
    let killed = pids(&together).1;
    signal(killed, "-KILL");
    shop.insert(3).await;
    let is_another = |now: &PairStatus| now.replica.as_ref().is_some_and(|one| one.pid != killed);
    shop.status(|now| is_another(now) && now.mode == Mode::Synchronous)
        .await;
    assert_eq!(count(&shop.urls.read).await, 3);
    shop.pair.stop().await;
}

#[tokio::test]
async fn a_promotion_by_force_sets_the_old_primary_aside() {
    let shop = Shop::open().await;
    shop.signal(Server::Second, "-STOP");
    shop.insert(1).await;
    // Frozen as well: it can neither answer nor end in order.
    shop.signal(Server::First, "-STOP");
    shop.signal(Server::Second, "-CONT");
    let promotion = shop.pair.promoter().promote(true).await.unwrap();
    assert!(!promotion.complete);
    let kept = promotion.set_aside.unwrap();
    assert!(kept.join("PG_VERSION").exists(), "{}", kept.display());
    shop.insert(2).await;
    shop.together().await;
    shop.pair.stop().await;
}

#[tokio::test]
async fn a_closed_shop_can_be_promoted_and_opens_with_the_other_server() {
    let shop = Shop::open().await;
    shop.insert(1).await;
    let Shop {
        setup,
        pair,
        _folder,
        ..
    } = shop;
    pair.stop().await;
    std::fs::remove_dir_all(setup.data_dir.join("postgres")).unwrap();
    let lost = Postgres::start(&setup, &Progress::silent()).await;
    let said = lost.unwrap_err().to_string();
    assert!(said.contains("souk promote"), "{said}");
    let promotion = Postgres::promote_closed(&setup.data_dir, false).unwrap();
    assert_eq!(promotion.leads, Server::Second);
    let shop = Shop::open_in(setup).await;
    assert_eq!(count(&shop.urls.write).await, 1);
    shop.pair.stop().await;
}
