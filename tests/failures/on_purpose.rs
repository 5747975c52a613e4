//! A function that is dead on purpose, and an event that its consumer refuses for good.

use journeys::{Shop, eventually};
use serde_json::{Value, json};

const SKU: &str = "COF-ETH-250";

/// Whether Prometheus reads that this fault is on.
async fn is_told(shop: &Shop, fault: &str) -> bool {
    let text = shop.scraped_text(false).await;
    let line = format!("souk_fault_active{{fault=\"{fault}\"}} ");
    let value = text.lines().find_map(|one| one.strip_prefix(&line));
    value.unwrap_or_else(|| panic!("no {line}in\n{text}")) == "1"
}

fn trigger<'a>(ps: &'a Value, name: &str) -> &'a Value {
    let mut triggers = ps["triggers"].as_array().expect("triggers").iter();
    triggers
        .find(|one| one["name"] == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_wait_for_a_dead_function_and_go_on_when_it_lives_again() {
    let shop = Shop::start(&["--faults".to_owned()]);
    let customer = shop.customer().await;
    let before = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&before, "confirmed").await;
    assert!(!is_told(&shop, "function-dead").await);

    let said = shop
        .faults(json!({ "functions": { "payments": "dead" } }))
        .await;
    assert_eq!(said["functions"], json!(["payments"]));
    assert!(is_told(&shop, "function-dead").await);
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    eventually("the broker tries again", async || {
        let ps = shop.local().ps();
        let trigger = trigger(&ps, "payments-on-payment-requested");
        match trigger["retrying"].as_array() {
            Some(all) if !all.is_empty() => {
                let one = &all[0];
                assert_eq!(one["key"], json!(order_id), "{one:#}");
                assert_eq!(one["type"], "dev.souk.payment.requested.v1");
                assert!(
                    one["next_at"].is_string() && one["why"].is_string(),
                    "{one:#}"
                );
                Ok(())
            }
            _ => Err(format!("{trigger:#}")),
        }
    })
    .await;
    let alive = shop.local().running_functions();
    assert!(
        alive.iter().all(|(name, _)| name != "payments"),
        "{alive:?}"
    );

    let said = shop
        .faults(json!({ "functions": { "payments": "alive" } }))
        .await;
    assert_eq!(said["functions"], json!([]));
    assert!(!is_told(&shop, "function-dead").await);
    let _ = customer.until(&order_id, "confirmed").await;
    shop.audit();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_event_becomes_one_dead_letter_and_nothing_else_happens() {
    let shop = Shop::start(&["--faults".to_owned()]);
    let output = shop
        .local()
        .souk(&["faults", "poison", "--consumer", "inventory"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("1 sent"),
        "{output:?}"
    );
    eventually("the dead letter", async || {
        let ps = shop.local().ps();
        let trigger = trigger(&ps, "inventory-on-goods-received");
        match (&trigger["dead_lettered"], &trigger["failed"]) {
            (one, failed) if one == 1 && failed == 1 => Ok(()),
            _ => Err(format!("{trigger:#}")),
        }
    })
    .await;
    assert!(is_told(&shop, "poison").await);
    let buried = shop.local().ps()["triggers"]
        .as_array()
        .expect("triggers")
        .iter()
        .filter_map(|one| one["dead_lettered"].as_u64())
        .sum::<u64>();
    assert_eq!(buried, 1, "nobody else heard it");

    let refused = shop
        .local()
        .souk(&["faults", "poison", "--consumer", "nobody"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && said.contains("inventory"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_wrong_on_purpose_in_a_shop_that_was_not_opened_for_it() {
    let shop = Shop::start(&[]);
    for words in [&["function", "payments", "dead"][..], &["poison"]] {
        let refused = shop.local().souk(&[&["faults"], words].concat());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            !refused.status.success() && said.contains("--faults"),
            "{said}"
        );
    }
    let text = shop.scraped_text(false).await;
    assert!(!text.contains("souk_fault_active"), "{text}");
}
