//! The payment provider fails, hangs, and comes back.

use std::time::Duration;

use journeys::wait::within;
use journeys::{Client, Shop};
use reqwest::Method;
use serde_json::{Value, json};

/// Six tries wait 31 s in all; each of them has its own retries and time limits.
const UNTIL_GIVEN_UP: Duration = Duration::from_secs(120);

/// Switches the payment provider that stands in.
async fn switch(shop: &Shop, mode: &str) {
    let ps = shop.local().ps();
    let stand_ins = ps["stand_ins"].as_array().into_iter().flatten();
    let page = stand_ins
        .filter(|one| one["name"] == "payment-provider")
        .find_map(|one| one["page"].as_str());
    let provider = Client::elsewhere(page.expect("the provider has a page"));
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
async fn an_event_whose_handler_keeps_failing_lands_in_the_dead_letters() {
    let shop = Shop::start(&[]);
    let (customer, operator) = (shop.customer().await, shop.operator().await);
    switch(&shop, "fail").await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;

    let letter = within(UNTIL_GIVEN_UP, "the dead letter", async || {
        let list = operator
            .get("/v1/dead-letters?type=dev.souk.payment.requested.v1")
            .await
            .expect(200);
        let letters = list.body["items"].as_array().cloned().unwrap_or_default();
        let found = letters
            .into_iter()
            .find(|letter| letter.to_string().contains(&order_id));
        found.ok_or(Value::from("none yet"))
    })
    .await;
    assert_eq!(letter["error"]["code"], json!(503), "{letter:#}");
    assert_eq!(letter["destination"], "payments");
    let order = customer
        .get(&format!("/v1/orders/{order_id}"))
        .await
        .expect(200);
    assert_eq!(order.text("/status"), "pending");
}
