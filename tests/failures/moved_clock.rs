//! The shop's clock is moved forward, and what is due by then happens.

use std::path::PathBuf;

use journeys::Shop;
use journeys::process::signal;
use serde_json::{Value, json};

const MOVABLE: &str = "--movable-clock";

/// `souk clock --json`.
fn clock(shop: &Shop) -> Value {
    let output = shop.local().souk(&["clock", "--json"]);
    serde_json::from_slice(&output.stdout).expect("the clock is JSON")
}

/// Whether a process has the library that moves its clock.
fn sees_the_moved_clock(pid: i32) -> bool {
    let maps = PathBuf::from(format!("/proc/{pid}/maps"));
    let maps = std::fs::read_to_string(maps).unwrap_or_default();
    maps.contains("libsouk_clock.so")
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_hour_later_an_unpaid_order_is_cancelled_and_its_goods_can_be_ordered_again() {
    let shop = Shop::start(&[MOVABLE.to_owned(), "--faults".to_owned()]);
    shop.faults(json!({ "provider": "fail" })).await;
    let sku = shop.new_article(10).await;
    let customer = shop.customer().await;
    let order_id = customer.order(&sku, 3, "pm_card_visa").await;
    customer.until_available(&sku, 7).await;

    // Sweeps come every half hour: so many minutes reach one, whenever they begin.
    shop.clock_advance("31m");
    let refreshed = customer.refreshed().await.expect(200);
    let customer = customer.with_tokens_of(&refreshed);
    let order = customer.until(&order_id, "cancelled").await;
    assert_eq!(order.text("/status_reason"), "payment_timed_out");
    customer.until_available(&sku, 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_expires_when_the_clock_is_moved_and_the_session_goes_on() {
    let shop = Shop::start(&[MOVABLE.to_owned()]);
    let customer = shop.customer().await;
    let _ = customer.get("/v1/orders").await.expect(200);
    shop.clock_advance("16m");
    let _ = customer.get("/v1/orders").await.expect(401);
    let refreshed = customer.refreshed().await.expect(200);
    let customer = customer.with_tokens_of(&refreshed);
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let order = customer.until(&order_id, "confirmed").await;
    let placed_at = order.text("/placed_at").to_owned();
    assert!(
        placed_at.as_str() > clock_of_this_machine().as_str(),
        "{placed_at}"
    );
}

fn clock_of_this_machine() -> String {
    chrono::Utc::now().to_rfc3339()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_clock_stays_moved_for_every_process_but_postgresql() {
    let shop = Shop::start(&[MOVABLE.to_owned()]);
    shop.clock_advance("1h");
    signal(shop.local().pid(), libc::SIGKILL);
    let shop = shop.reopen_with(&[]);
    let clock = clock(&shop);
    assert_eq!(
        (&clock["movable"], &clock["moved_seconds"]),
        (&json!(true), &json!(3_600))
    );

    let customer = shop.customer().await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let mut processes = shop.local().processes(None);
    processes.push(shop.local().pid());
    processes.extend(["payment-provider", "mail-server"].map(|name| {
        let stand_in = shop.local().process_of(name);
        stand_in.expect("it runs")
    }));
    for pid in processes {
        assert!(sees_the_moved_clock(pid), "process {pid}");
    }
    let postgres = shop.local().process_of("postgresql");
    assert!(!sees_the_moved_clock(postgres.expect("it runs")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_was_opened_without_the_options_says_which_it_needs() {
    let shop = Shop::start(&[]);
    for (arguments, option) in [
        (&["clock", "advance", "30m"][..], "--movable-clock"),
        (&["faults", "provider", "fail"], "--faults"),
        (&["faults", "broker-disk", "full"], "--faults"),
    ] {
        let output = shop.local().souk(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(option), "{said}");
    }
    assert_eq!(clock(&shop)["movable"], false);
    assert!(!sees_the_moved_clock(shop.local().pid()));
}
