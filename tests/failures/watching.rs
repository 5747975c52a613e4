//! What somebody sees in a terminal: an order's path and traces, and the shop in one screen.

use journeys::{Shop, eventually};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_told_with_its_path_and_its_trace_and_stands_on_the_screen() {
    let shop = Shop::start(&[]);
    let customer = shop.customer().await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;

    eventually("the trace is complete", async || {
        let told = shop.local().souk(&["trace", &order_id, "--json"]);
        let told: Value = serde_json::from_slice(&told.stdout).unwrap_or_default();
        let services = told["traces"][0]["services"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let has = |name: &str| services.iter().any(|service| service == name);
        match ["gateway", "orders", "broker", "inventory", "payments"]
            .iter()
            .find(|name| !has(name))
        {
            None => Ok(()),
            Some(missing) => Err(format!("no span of {missing} in {services:?}")),
        }
    })
    .await;
    let told = shop.local().souk(&["trace", &order_id]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let first = told.lines().next().unwrap_or_default();
    assert!(
        first.contains(&order_id) && first.contains("confirmed"),
        "{told}"
    );
    assert!(told.contains("gateway  POST"), "{told}");
    assert!(!told.contains("(its parent is not here)"), "{told}");

    let screen = shop.local().souk(&["top", "--once"]);
    let screen = String::from_utf8_lossy(&screen.stdout).into_owned();
    for part in [
        "functions",
        "triggers",
        "books",
        &order_id[..12],
        "inventory-on-goods-received",
    ] {
        assert!(screen.contains(part), "no {part}:\n{screen}");
    }

    let unknown = shop
        .local()
        .souk(&["trace", "01890000-0000-7000-8000-000000000000"]);
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    let _ = shop.local().souk(&["down"]);
    for command in [&["top", "--once"][..], &["trace", &order_id]] {
        assert_eq!(
            shop.local().souk(command).status.code(),
            Some(3),
            "{command:?}"
        );
    }
}
