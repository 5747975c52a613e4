//! Deliveries come twice, late and in any order; the broker's disk is full; the mail server refuses.

use std::collections::BTreeSet;

use journeys::{Client, Shop, eventually};
use serde_json::{Value, json};

const ORDERS: u32 = 12;

fn open() -> Shop {
    Shop::start(&["--faults".to_owned()])
}

/// What the provider took, gave back or holds for an order, as payments has it.
async fn ledger(customer: &Client, order_id: &str) -> Value {
    let payment = customer.get(&format!("/v1/payments/{order_id}")).await;
    payment.expect(200).body["ledger"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_right_although_deliveries_come_twice_and_overtake_each_other() {
    let shop = open();
    shop.faults(json!({ "deliveries": { "duplicate": 0.5, "delay_ms": 400, "seed": 6 } }))
        .await;
    let sku = shop.new_article(100).await;
    let customer = shop.customer().await;
    let mut orders = Vec::new();
    for number in 0..ORDERS {
        let card = match number % 4 {
            3 => "pm_card_visa_chargeDeclined",
            _ => "pm_card_visa",
        };
        orders.push((customer.order(&sku, 1, card).await, card));
    }
    let mut kept = 0;
    for (order_id, card) in &orders {
        let wanted = match *card {
            "pm_card_visa" => "confirmed",
            _ => "cancelled",
        };
        let _ = customer.until(order_id, wanted).await;
        kept += i64::from(wanted == "confirmed");
        let asked = ledger(&customer, order_id).await;
        assert_eq!(asked.as_array().map(Vec::len), Some(1), "{asked:#}");
    }
    // The goods of declined orders are free.
    customer.until_available(&sku, 100 - kept).await;
    shop.faults(json!({ "deliveries": null })).await;
    shop.audit();
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_accepted_while_the_brokers_disk_is_full_and_go_on_when_there_is_room() {
    let shop = open();
    let customer = shop.customer().await;
    let before = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&before, "confirmed").await;
    let said = shop.faults(json!({ "broker_disk": "full" })).await;
    assert_eq!(said["broker_disk"], "full");
    let mut orders = BTreeSet::new();
    for _ in 0..ORDERS {
        orders.insert(customer.order("COF-ETH-250", 1, "pm_card_visa").await);
    }
    assert_eq!(orders.len(), ORDERS as usize, "each was accepted");
    shop.faults(json!({ "broker_disk": "ok" })).await;
    for order_id in &orders {
        let _ = customer.until(order_id, "confirmed").await;
    }
    shop.audit();
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_wait_for_a_mail_server_that_refuses_for_a_while() {
    let shop = open();
    let (customer, email) = shop.visitor().new_customer().await;
    shop.faults(json!({ "mails": "fail" })).await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    shop.faults(json!({ "mails": "normal" })).await;
    eventually("the letters of the order", async || {
        let mails = shop.mails_to(&email).await.unwrap_or_default();
        let about = |mail: &&Value| {
            mail["text"]
                .as_str()
                .is_some_and(|text| text.contains(&order_id))
        };
        match mails.iter().filter(about).count() {
            0 => Err(format!("{mails:#?}")),
            _ => Ok(()),
        }
    })
    .await;
}
