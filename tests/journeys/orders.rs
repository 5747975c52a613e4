//! An order's walk through the house, and where it may end.

use std::collections::HashSet;

use journeys::order_of;
use journeys::{Shop, eventually};
use serde_json::json;
use uuid::Uuid;

use crate::shipping::{dispatch, shipment_of};

#[tokio::test]
async fn an_order_is_confirmed_shipped_and_delivered() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let order_id = customer.order("COF-ETH-250", 2, "pm_card_visa").await;

    let order = customer.until(&order_id, "confirmed").await;
    assert_eq!(
        order.body["total"],
        json!({ "amount_minor": 2580, "currency": "EUR" })
    );
    let shipment = shipment_of(&merchant, &order_id).await;
    dispatch(&merchant, &shipment, &format!("TN-{order_id}")).await;
    let order = customer.until(&order_id, "shipped").await;
    assert_eq!(order.text("/shipment/carrier"), "DHL");

    let delivered = merchant
        .post(&format!("/v1/shipments/{shipment}/deliver"), json!({}))
        .await;
    let _ = delivered.expect(200);
    let _ = customer.until(&order_id, "delivered").await;
}

#[tokio::test]
async fn each_step_of_an_order_is_mailed_once_to_its_customer() {
    let shop = Shop::shared().await;
    let Some(mails) = shop.mails.as_deref() else {
        return;
    };
    let (customer, email) = shop.visitor().new_customer().await;
    let order_id = customer.order("COF-COL-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;

    let url = format!("{}/mails?to={email}", mails.trim_end_matches('/'));
    let subjects = eventually("the confirmation to be mailed", async || {
        let list: serde_json::Value = reqwest::get(&url)
            .await
            .map_err(|e| e.to_string())?
            .json()
            .await
            .map_err(|e| e.to_string())?;
        let subjects: Vec<String> = list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|mail| mail["subject"].as_str().map(str::to_owned))
            .collect();
        let confirmed = subjects
            .iter()
            .any(|subject| subject.to_lowercase().contains("confirm"));
        if confirmed {
            Ok(subjects)
        } else {
            Err(format!("{subjects:?}"))
        }
    })
    .await;
    let distinct: HashSet<&String> = subjects.iter().collect();
    assert_eq!(
        distinct.len(),
        subjects.len(),
        "a mail came twice: {subjects:?}"
    );
}

#[tokio::test]
async fn a_declined_card_releases_the_stock() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let sku = shop.new_article(5).await;
    let order_id = customer.order(&sku, 3, "pm_card_visa_chargeDeclined").await;

    let order = customer.until(&order_id, "cancelled").await;
    assert_eq!(order.text("/status_reason"), "payment_declined");
    eventually("the pieces to be free again", async || {
        match customer.available(&sku).await {
            5 => Ok(()),
            other => Err(other),
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_larger_than_the_stock_is_cancelled_with_the_reason() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let sku = shop.new_article(2).await;
    let order_id = customer.order(&sku, 3, "pm_card_visa").await;

    let order = customer.until(&order_id, "cancelled").await;
    assert_eq!(order.text("/status_reason"), "out_of_stock");
    assert_eq!(customer.available(&sku).await, 2);
}

#[tokio::test]
async fn the_same_key_twice_gives_one_order_and_the_same_answer() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let key = Uuid::new_v4().to_string();
    let body = order_of("COF-BRA-500", 1, "pm_card_visa");
    let first = customer
        .post_once("/v1/orders", &key, body.clone())
        .await
        .expect(202);
    let again = customer
        .post_once("/v1/orders", &key, body)
        .await
        .expect(202);
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(
        first.header("location"),
        format!("/v1/orders/{}", first.text("/order_id"))
    );

    let other = order_of("COF-BRA-500", 2, "pm_card_visa");
    let refused = customer
        .post_once("/v1/orders", &key, other)
        .await
        .expect(422);
    assert!(
        refused.text("/type").ends_with("idempotency-key-reused"),
        "{:#}",
        refused.body
    );
    let orders = customer.get("/v1/orders").await.expect(200);
    assert_eq!(orders.items().len(), 1, "{:#}", orders.body);
}

#[tokio::test]
async fn requests_at_the_same_moment_with_one_key_give_one_order() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let key = Uuid::new_v4().to_string();
    let order = order_of("COF-SUM-250", 1, "pm_card_visa");
    let place = || customer.post_once("/v1/orders", &key, order.clone());
    let (mut ids, mut again) = (HashSet::new(), false);
    for answer in futures::future::join_all((0..8).map(|_| place())).await {
        match answer.status {
            202 => drop(ids.insert(answer.text("/order_id").to_owned())),
            409 => again = !answer.header("retry-after").is_empty(),
            _ => panic!("{}: {:#}", answer.status, answer.body),
        }
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    if again {
        ids.insert(place().await.expect(202).text("/order_id").to_owned());
        assert_eq!(ids.len(), 1, "{ids:?}");
    }
}

#[tokio::test]
async fn a_cancelled_order_gives_its_pieces_back() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let sku = shop.new_article(4).await;
    let order_id = customer.order(&sku, 4, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    assert_eq!(customer.available(&sku).await, 0);

    let cancelled = customer
        .post(&format!("/v1/orders/{order_id}/cancel"), json!({}))
        .await;
    assert!(
        [200, 202].contains(&cancelled.status),
        "{:#}",
        cancelled.body
    );
    let order = customer.until(&order_id, "cancelled").await;
    assert_eq!(order.text("/status_reason"), "requested_by_customer");
    eventually("the pieces to be free again", async || {
        match customer.available(&sku).await {
            4 => Ok(()),
            other => Err(other),
        }
    })
    .await;
    let merchant = shop.merchant().await;
    eventually("the money to be let go", async || {
        let payment = merchant.get(&format!("/v1/payments/{order_id}")).await;
        if payment.body["status"] == "voided" {
            Ok(())
        } else {
            Err(format!("{:#}", payment.body))
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_pieces_are_sold_once() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let sku = shop.new_article(3).await;
    let orders =
        futures::future::join_all((0..8).map(|_| customer.order(&sku, 1, "pm_card_visa"))).await;
    let mut confirmed = 0;
    for order_id in &orders {
        let path = format!("/v1/orders/{order_id}");
        let order = eventually("the order to be decided", async || {
            let order = customer.get(&path).await.expect(200);
            if order.text("/status") == "pending" {
                Err(order.body)
            } else {
                Ok(order)
            }
        })
        .await;
        confirmed += usize::from(order.text("/status") == "confirmed");
    }
    assert_eq!(confirmed, 3);
    assert_eq!(customer.available(&sku).await, 0);
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused_with_every_reason() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let none = order_of("COF-ETH-250", 0, "pm_card_visa");
    let refused = customer
        .post_once("/v1/orders", "k0", none)
        .await
        .expect(422);
    assert!(
        refused.body.to_string().contains("quantity"),
        "{:#}",
        refused.body
    );

    let mut order = order_of("COF-ETH-250", 1, "pm_card_visa");
    order["payment_method"] = json!("");
    order["shipping_address"]["country"] = json!("Germany");
    let refused = customer
        .post_once("/v1/orders", "k", order)
        .await
        .expect(422);
    let fields: Vec<&str> = refused.body["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| error["field"].as_str())
        .collect();
    assert!(fields.contains(&"payment_method"), "{fields:?}");
    assert!(fields.contains(&"shipping_address.country"), "{fields:?}");

    let priced = json!({ "lines": [{ "sku": "COF-ETH-250", "quantity": 1, "unit_price": { "amount_minor": 1, "currency": "EUR" } }] });
    let _ = customer
        .post_once("/v1/orders", "k2", priced)
        .await
        .expect(422);
    let without_key = customer
        .post("/v1/orders", order_of("COF-ETH-250", 1, "pm_card_visa"))
        .await;
    assert_eq!(without_key.status, 400, "{:#}", without_key.body);
}
