//! Two PostgreSQL servers: lists come from the replica, and the shop outlives either of them.

use futures::future::join_all;
use journeys::process::kill;
use journeys::{Client, Shop, eventually, order_of};
use serde_json::Value;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use uuid::Uuid;

/// Who orders at the same time, and how often each.
const CUSTOMERS: usize = 4;
const ORDERS_OF_EACH: usize = 10;

fn shop_with_a_replica() -> Shop {
    Shop::start(&["--replica".to_owned()])
}

/// An engine of the shop, as `souk ps` shows it.
fn engine(shop: &Shop, name: &str) -> Option<Value> {
    let engines = shop.local().ps_if_there()?["engines"].take();
    let engines = engines.as_array().cloned().unwrap_or_default();
    engines.into_iter().find(|one| one["name"] == name)
}

/// Waits until the replica has everything that was acknowledged.
async fn together(shop: &Shop) {
    eventually("the replica to have everything", async || {
        let replica = engine(shop, "postgresql-replica");
        match replica.as_ref().map(|one| &one["replication"]["mode"]) {
            Some(mode) if mode == "synchronous" => Ok(()),
            _ => Err(format!("{replica:?}")),
        }
    })
    .await;
}

/// The superuser, at one of the two servers.
async fn superuser(shop: &Shop, server: &str) -> PgConnection {
    let file = shop
        .local()
        .data_dir()
        .join("secrets/engines_/postgres.json");
    let text = std::fs::read_to_string(file).expect("the superuser's password is kept");
    let secret: Value = serde_json::from_str(&text).expect("it is JSON");
    let password = secret["password"].as_str().expect("it has a password");
    let engine = engine(shop, server).expect("the server runs");
    let address = engine["address"].as_str().expect("it has an address");
    let url = format!("postgres://postgres:{password}@{address}/postgres?sslmode=disable");
    PgConnection::connect(&url)
        .await
        .expect("the server answers")
}

/// The ids in a customer's list of orders.
async fn listed(customer: &Client) -> Vec<String> {
    let list = customer.get("/v1/orders?limit=50").await.expect(200);
    let ids = list
        .items()
        .iter()
        .filter_map(|one| one["order_id"].as_str());
    ids.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_from_the_replica_and_hold_ones_own_order_even_when_it_is_behind() {
    let shop = shop_with_a_replica();
    together(&shop).await;
    let customer = shop.customer().await;
    let first = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&first, "confirmed").await;
    let mut replica = superuser(&shop, "postgresql-replica").await;
    eventually("a list to be read in the replica", async || {
        assert_eq!(listed(&customer).await, [first.as_str()]);
        let mut replica = superuser(&shop, "postgresql-replica").await;
        let select = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'orders'";
        let readers: i64 = replica.fetch_one(select).await.expect("it answers").get(0);
        if readers > 0 {
            Ok(())
        } else {
            Err("nobody reads in it")
        }
    })
    .await;

    replica
        .execute("SELECT pg_wal_replay_pause()")
        .await
        .expect("a replica can be told to stay behind");
    let second = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let mut own = listed(&customer).await;
    own.sort();
    let mut both = [first, second.clone()];
    both.sort();
    assert_eq!(own, both, "whoever has ordered sees it");
    replica
        .execute("SELECT pg_wal_replay_resume()")
        .await
        .expect("it goes on");
    let _ = customer.until(&second, "confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_goes_on_when_its_replica_is_killed_or_frozen_and_gets_it_back() {
    let shop = shop_with_a_replica();
    let customer = shop.customer().await;
    for freeze in [false, true] {
        together(&shop).await;
        let replica = shop.local().process_of("postgresql-replica");
        let replica = replica.expect("a replica runs");
        if freeze {
            journeys::process::freeze(replica);
        } else {
            kill(replica);
        }
        let order = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
        let _ = customer.until(&order, "confirmed").await;
        assert!(listed(&customer).await.contains(&order));
        if freeze {
            journeys::process::thaw(replica);
        }
    }
    together(&shop).await;
}

/// Orders as a client does that wants each order once: with a key, again until it is taken.
async fn order_stubbornly(customer: &Client) -> String {
    let key = Uuid::new_v4().to_string();
    eventually("the order to be taken", async || {
        let order = order_of("COF-ETH-250", 1, "pm_card_visa");
        let answer = customer.post_once("/v1/orders", &key, order).await;
        if answer.status == 202 {
            return Ok(answer.text("/order_id").to_owned());
        }
        let said = format!("{}: {:#}", answer.status, answer.body);
        assert!(answer.status == 409 || answer.status >= 500, "{said}");
        Err(said)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_accepted_order_is_there_when_the_primary_was_killed_and_the_replica_promoted() {
    let shop = shop_with_a_replica();
    together(&shop).await;
    let merchant = shop.merchant().await;
    let body = serde_json::json!({ "quantity_delta": 200, "reason": "stock for a test" });
    let stocked = merchant
        .post_once(
            "/v1/stock/COF-ETH-250/adjustments",
            &Uuid::new_v4().to_string(),
            body,
        )
        .await;
    assert!(stocked.status < 300, "{:#}", stocked.body);
    let customers = join_all((0..CUSTOMERS).map(|_| shop.customer())).await;
    let ordering = join_all(customers.iter().map(async |customer| {
        let mut orders = Vec::new();
        for _ in 0..ORDERS_OF_EACH {
            orders.push(order_stubbornly(customer).await);
        }
        orders
    }));
    let failing = async {
        let first = &customers[0];
        eventually("orders to flow", async || match listed(first).await.len() {
            0 | 1 => Err("not yet"),
            _ => Ok(()),
        })
        .await;
        let primary = shop.local().process_of("postgresql").expect("it runs");
        assert!(kill(primary));
        let promoted = shop.local().souk(&["promote", "--json"]);
        let said = String::from_utf8_lossy(&promoted.stderr);
        assert!(promoted.status.success(), "{said}");
        serde_json::from_slice::<Value>(&promoted.stdout).expect("it says what it did")
    };
    let (accepted, promotion) = tokio::join!(ordering, failing);
    eprintln!("{promotion:#}");
    assert_eq!(promotion["leads"], "postgres-2");
    assert_eq!(promotion["complete"], true);
    for (customer, orders) in customers.iter().zip(&accepted) {
        for order_id in orders {
            let _ = customer.until(order_id, "confirmed").await;
        }
        let mut own = listed(customer).await;
        own.sort();
        let mut expected = orders.clone();
        expected.sort();
        assert_eq!(own, expected, "each order once, and no other");
    }
    together(&shop).await;
    shop.audit();

    // It stays so, with a replica of the new primary, and without one.
    let _ = shop.local().souk(&["down"]);
    let shop = shop.reopen();
    together(&shop).await;
    let _ = shop.local().souk(&["down"]);
    let shop = shop.reopen_with(&[]);
    let customer = shop.visitor().with_token(customers[0].token());
    assert_eq!(listed(&customer).await.len(), ORDERS_OF_EACH);
    let refused = shop.local().souk(&["promote"]);
    assert_eq!(refused.status.code(), Some(1), "there is no replica");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_holds_the_server_that_leads_and_not_its_replica() {
    let shop = shop_with_a_replica();
    together(&shop).await;
    let (customer, email) = shop.visitor().new_customer().await;
    let promoted = shop.local().souk(&["promote"]);
    assert!(promoted.status.success(), "{promoted:?}");
    // Connections to the old primary are found out to be cut one by one.
    let order = order_stubbornly(&customer).await;
    let _ = customer.until(&order, "confirmed").await;
    together(&shop).await;
    let folder = tempfile::tempdir().expect("a folder for the file");
    let file = folder.path().join("shop.tar.gz");
    let name = file.to_str().expect("its name is text");
    let backup = shop.local().souk(&["backup", name]);
    assert!(backup.status.success(), "{backup:?}");
    drop(shop);

    let shop = Shop::restored(&file);
    let data_dir = shop.local().data_dir();
    assert!(data_dir.join("postgres-2").is_dir() && !data_dir.join("postgres").exists());
    let customer = shop.visitor().logged_in(&email, journeys::PASSWORD).await;
    assert_eq!(listed(&customer).await, [order]);
}
