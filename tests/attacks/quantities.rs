//! Numbers that turn a sum round: negative, zero, huge, in another currency.

use journeys::{Client, Shop, order_of};
use serde_json::{Value, json};
use uuid::Uuid;

const SKU: &str = "COF-ETH-250";

/// No quantity at all.
fn nonsense() -> Vec<Value> {
    let numbers = [
        "-1",
        "0",
        "-0",
        "0.5",
        "1.5",
        "1e3",
        "1e308",
        "2147483648",
        "4294967296",
        "4294967297",
        "9223372036854775807",
    ];
    let numbers = numbers.iter().chain(&[
        "-9223372036854775808",
        "18446744073709551616",
        "99999999999999999999999",
    ]);
    let numbers = numbers.map(|text| serde_json::from_str(text).expect("a JSON number"));
    let others = [
        json!("1"),
        json!(true),
        json!([1]),
        json!({ "a": 1 }),
        Value::Null,
    ];
    numbers.chain(others).collect()
}

async fn refused(client: &Client, path: &str, body: Value) {
    let key = Uuid::new_v4().to_string();
    let shown = body.to_string();
    let answer = client.post_once(path, &key, body).await;
    assert!(
        [400, 409, 422].contains(&answer.status),
        "{path} {shown}: {} {:#}",
        answer.status,
        answer.body
    );
}

#[tokio::test]
async fn an_order_takes_no_quantity_that_is_none() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    for quantity in nonsense() {
        let mut order = order_of(SKU, 1, "pm_card_visa");
        order["lines"][0]["quantity"] = quantity;
        refused(&customer, "/v1/orders", order.clone()).await;
        refused(&customer, "/v2/orders", order).await;
    }
    let list = customer.get("/v1/orders").await.expect(200);
    assert_eq!(list.items(), [] as [Value; 0]);
}

#[tokio::test]
async fn a_cart_takes_no_quantity_that_is_none() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let cart_id = customer.cart_with(SKU, 1).await;
    let line = format!("/v1/carts/{cart_id}/lines/{SKU}");
    for quantity in nonsense() {
        let shown = quantity.to_string();
        let answer = customer.put(&line, json!({ "quantity": quantity })).await;
        assert!(
            [400, 422].contains(&answer.status),
            "{shown}: {:#}",
            answer.body
        );
    }
    let cart = customer
        .get(&format!("/v1/carts/{cart_id}"))
        .await
        .expect(200);
    assert_eq!(cart.body["lines"][0]["quantity"], 1);
}

#[tokio::test]
async fn a_line_that_is_given_many_times_does_not_slip_past_its_bound() {
    let shop = Shop::shared().await;
    let (customer, sku) = (shop.customer().await, shop.new_article(3).await);
    let line = json!({ "sku": sku, "quantity": 2 });
    let mut order = order_of(&sku, 1, "pm_card_visa");
    order["lines"] = json!([line, line]);
    let key = Uuid::new_v4().to_string();
    let answer = customer.post_once("/v1/orders", &key, order.clone()).await;
    if answer.status == 202 {
        let _ = customer.until(answer.text("/order_id"), "cancelled").await;
    } else {
        let _ = answer.expect_one_of(&[400, 422]);
    }
    order["lines"] = json!(vec![json!({ "sku": sku, "quantity": 99 }); 500]);
    refused(&customer, "/v1/orders", order.clone()).await;
    order["lines"] = json!([]);
    refused(&customer, "/v1/orders", order).await;
    assert_eq!(customer.available(&sku).await, 3);
}

#[tokio::test]
async fn a_merchants_slip_does_not_turn_a_price_or_the_stock_round() {
    let shop = Shop::shared().await;
    let merchant = shop.merchant().await;
    let sku = shop.new_article(1).await;
    let product = |amount: Value, currency: &str| {
        json!({
            "name": "X", "description": "X", "category": "test", "price": { "amount_minor": amount, "currency": currency },
        })
    };
    let path = format!("/v1/products/{sku}");
    for amount in [
        json!(-1),
        json!(1.5),
        json!("1"),
        json!(u64::MAX),
        json!(i64::MAX),
        Value::Null,
    ] {
        let answer = merchant.put(&path, product(amount, "EUR")).await;
        let _ = answer.expect_one_of(&[400, 422]);
    }
    for currency in ["", "eur", "EURO", "XXX1", "€", "EU\u{0}"] {
        let answer = merchant.put(&path, product(json!(1), currency)).await;
        let _ = answer.expect_one_of(&[400, 422]);
    }
    let path = format!("/v1/stock/{sku}/adjustments");
    for delta in [
        json!(0),
        json!(-1_000_000),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(0.5),
        json!(u64::MAX),
    ] {
        refused(
            &merchant,
            &path,
            json!({ "quantity_delta": delta, "reason": "x" }),
        )
        .await;
    }
    assert_eq!(merchant.available(&sku).await, 1);
}

#[tokio::test]
async fn a_refund_is_neither_negative_nor_more_than_was_paid_nor_in_another_currency() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let shipment = merchant.shipment_of(&order_id).await;
    let _ = merchant
        .dispatch(&shipment, &format!("TN-{order_id}"))
        .await
        .expect(200);
    let payment = format!("/v1/payments/{order_id}");
    journeys::eventually("the money to be taken", async || {
        let payment = merchant.get(&payment).await.expect(200);
        match payment.body["status"] == "captured" {
            true => Ok(()),
            false => Err(payment.body),
        }
    })
    .await;
    let path = format!("{payment}/refunds");
    for amount in [
        json!(0),
        json!(-1),
        json!(100_000),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(0.5),
        json!("1"),
    ] {
        refused(
            &merchant,
            &path,
            json!({ "amount": { "amount_minor": amount, "currency": "EUR" } }),
        )
        .await;
    }
    for currency in ["USD", "JPY", "eur", "", "EURO"] {
        refused(
            &merchant,
            &path,
            json!({ "amount": { "amount_minor": 1, "currency": currency } }),
        )
        .await;
    }
    let payment = merchant.get(&payment).await.expect(200);
    assert_eq!(
        payment.body["refunded"]["amount_minor"], 0,
        "{:#}",
        payment.body
    );
}

#[tokio::test]
async fn an_order_in_another_currency_than_the_price_is_refused() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    for (pointer, name) in [("", "currency"), ("/lines/0", "currency")] {
        let mut order = order_of(SKU, 1, "pm_card_visa");
        order.pointer_mut(pointer).expect("the order has this part")[name] = json!("JPY");
        refused(&customer, "/v1/orders", order).await;
    }
}

#[tokio::test]
async fn a_page_has_a_sensible_size() {
    let shop = Shop::shared().await;
    let merchant = shop.merchant().await;
    for path in [
        "/v1/orders",
        "/v1/products",
        "/v1/shipments",
        "/v1/payments",
        "/v1/stock",
    ] {
        for limit in ["0", "-1", "100000", "1e9", "x", "", "4294967297"] {
            let answer = merchant.get(&format!("{path}?limit={limit}")).await;
            assert!(
                [400, 422].contains(&answer.status),
                "{path}?limit={limit}: {}",
                answer.status
            );
        }
    }
}
