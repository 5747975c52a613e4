//! The payment provider fails, hangs, and comes back.

use journeys::{Client, Shop, eventually};
use reqwest::Method;
use serde_json::{Value, json};

/// Switches the payment provider that stands in.
async fn switch(shop: &Shop, mode: &str) {
    let page = shop.local().page_of("payment-provider");
    let provider = Client::elsewhere(&page.expect("the provider has a page"));
    let request = provider
        .request(Method::PUT, "/switches")
        .json(&json!({ "mode": mode }));
    let answer = provider.send(request, "PUT /switches").await;
    assert!(answer.status < 300, "{:#}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_wait_for_a_provider_that_comes_back() {
    let shop = Shop::start(&[]);
    let customer = shop.customer().await;
    switch(&shop, "fail").await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let order = customer
        .get(&format!("/v1/orders/{order_id}"))
        .await
        .expect(200);
    assert_eq!(order.text("/status"), "pending");
    switch(&shop, "normal").await;
    let _ = customer.until(&order_id, "confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_outlast_a_provider_that_is_away_for_minutes_and_leave_no_dead_letter() {
    let shop = Shop::start(&["--movable-clock".to_owned()]);
    let (customer, operator) = (shop.customer().await, shop.operator().await);
    switch(&shop, "fail").await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(customer.order("COF-ETH-250", 1, "pm_card_visa").await);
    }
    let waits = async |attempts: u64| {
        for order_id in &orders {
            let path = format!("/v1/payments/{order_id}");
            eventually("the payment to wait visibly", async || {
                let payment = customer.get(&path).await;
                match payment.body["waiting"]["attempts"].as_u64() {
                    Some(so_far) if so_far >= attempts => Ok(()),
                    _ => Err(payment.body),
                }
            })
            .await;
        }
    };
    // Each minute makes what waits old enough to be put off again; the breaker, the broker and its pauses are real.
    for minute in 1..=5 {
        shop.clock_advance("1m");
        waits(minute).await;
    }
    for order_id in &orders {
        let order = customer.get(&format!("/v1/orders/{order_id}")).await;
        assert_eq!(order.expect(200).text("/status"), "pending");
    }
    switch(&shop, "normal").await;
    for order_id in &orders {
        let _ = customer.until(order_id, "confirmed").await;
        let payment = customer.get(&format!("/v1/payments/{order_id}")).await;
        assert_eq!(payment.body["waiting"], Value::Null);
        let ledger = payment.body["ledger"].as_array().map(Vec::len);
        assert_eq!(ledger, Some(1), "{:#}", payment.body);
    }
    let letters = operator.get("/v1/dead-letters").await.expect(200);
    assert_eq!(letters.items(), [] as [Value; 0]);
}
