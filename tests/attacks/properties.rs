//! Values that a client has no say in: role, price, owner, status.

use journeys::{PASSWORD, Shop, guest_order_of, order_of};
use serde_json::{Value, json};
use uuid::Uuid;

const SKU: &str = "COF-ETH-250";

/// A body with one more value in it.
fn with(mut body: Value, pointer: &str, name: &str, value: Value) -> Value {
    let place = body.pointer_mut(pointer).expect("the body has this part");
    place[name] = value;
    body
}

#[tokio::test]
async fn nobody_registers_with_a_role_a_verified_address_or_an_id() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor();
    for (name, value) in [
        ("role", json!("merchant")),
        ("roles", json!(["operator"])),
        ("email_verified", json!(true)),
        ("account_id", json!(Uuid::new_v4())),
        ("scope", json!("keys:write")),
        ("is_admin", json!(true)),
        ("__proto__", json!({ "role": "operator" })),
    ] {
        let email = journeys::shopping::new_email();
        let account = json!({ "email": email, "password": PASSWORD, "name": "X" });
        let answer = visitor
            .post("/v1/accounts", with(account, "", name, value))
            .await;
        let _ = answer.expect_one_of(&[400, 422]);
    }
    let (customer, _) = visitor.new_customer().await;
    let me = customer.get("/v1/accounts/me").await.expect(200);
    assert!(me.body.to_string().contains("customer"), "{:#}", me.body);
    assert!(!me.body.to_string().contains("merchant"), "{:#}", me.body);
}

#[tokio::test]
async fn nobody_logs_in_with_more_than_the_account_has() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    for (name, value) in [
        ("roles", json!(["merchant"])),
        ("scope", json!("keys:write catalog:write")),
    ] {
        let body = with(
            json!({ "email": email, "password": PASSWORD }),
            "",
            name,
            value,
        );
        let answer = shop.visitor().post("/v1/sessions", body).await;
        if answer.status == 201 {
            let client = shop.visitor().with_tokens_of(&answer);
            let _ = client.get("/v1/identity/keys").await.expect(403);
            let _ = client.delete("/v1/products/NO-SUCH").await.expect(403);
        } else {
            let _ = answer.expect_one_of(&[400, 422]);
        }
    }
    let guest = shop
        .visitor()
        .post("/v1/guests", json!({ "role": "merchant" }))
        .await;
    if guest.status == 201 {
        let client = shop.visitor().with_tokens_of(&guest);
        let _ = client.delete("/v1/products/NO-SUCH").await.expect(403);
    }
}

#[tokio::test]
async fn a_price_that_the_client_brings_is_refused() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let cheap = json!({ "amount_minor": 1, "currency": "EUR" });
    for (pointer, name) in [
        ("/lines/0", "unit_price"),
        ("/lines/0", "price"),
        ("/lines/0", "amount_minor"),
        ("", "total"),
        ("", "amounts"),
        ("", "discount"),
    ] {
        let body = with(
            order_of(SKU, 1, "pm_card_visa"),
            pointer,
            name,
            cheap.clone(),
        );
        for path in ["/v1/orders", "/v2/orders"] {
            let key = Uuid::new_v4().to_string();
            let _ = customer
                .post_once(path, &key, body.clone())
                .await
                .expect_one_of(&[400, 422]);
        }
    }
    let cart = customer.post("/v1/carts", json!({})).await.expect(201);
    let line = format!("/v1/carts/{}/lines/{SKU}", cart.text("/cart_id"));
    let body = json!({ "quantity": 1, "unit_price": cheap });
    let _ = customer.put(&line, body).await.expect_one_of(&[400, 422]);
}

#[tokio::test]
async fn nobody_orders_in_another_ones_name_or_already_paid() {
    let shop = Shop::shared().await;
    let (customer, victim) = (shop.customer().await, shop.customer().await);
    let me = victim.get("/v1/accounts/me").await.expect(200);
    let id = json!(me.text("/account_id"));
    for (name, value) in [
        ("customer_id", id.clone()),
        ("account_id", id.clone()),
        ("subject", id.clone()),
        ("status", json!("confirmed")),
        ("paid", json!(true)),
        ("placed_at", json!("2020-01-01T00:00:00Z")),
        ("order_id", json!(Uuid::new_v4())),
    ] {
        let body = with(order_of(SKU, 1, "pm_card_visa"), "", name, value);
        let key = Uuid::new_v4().to_string();
        let _ = customer
            .post_once("/v1/orders", &key, body)
            .await
            .expect_one_of(&[400, 422]);
    }
    // A cart needs no body, so what stands in one is not read.
    let cart = json!({ "account_id": id, "owner": id });
    let cart = customer
        .post("/v1/carts", cart)
        .await
        .expect_one_of(&[201, 400, 422]);
    assert_ne!(cart.body["account_id"], id);
    let list = victim.get("/v1/orders").await.expect(200);
    assert_eq!(list.items(), [] as [Value; 0]);
}

#[tokio::test]
async fn an_email_in_an_order_does_not_send_a_customers_mail_elsewhere() {
    let shop = Shop::shared().await;
    let (customer, email) = shop.visitor().new_customer().await;
    let thief = journeys::shopping::new_email();
    let key = Uuid::new_v4().to_string();
    let placed = customer
        .post_once("/v1/orders", &key, guest_order_of(SKU, 1, &thief))
        .await;
    if placed.status == 202 {
        let _ = customer.until(placed.text("/order_id"), "confirmed").await;
        let mails = shop.mails_to(&thief).await.unwrap_or_default();
        assert!(
            mails.is_empty(),
            "{email}'s mail went to {thief}: {mails:#?}"
        );
    } else {
        let _ = placed.expect_one_of(&[400, 422]);
    }
}

#[tokio::test]
async fn card_numbers_are_not_taken() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    for (name, value) in [
        ("card_number", json!("4242424242424242")),
        (
            "card",
            json!({ "number": "4242424242424242", "cvc": "123" }),
        ),
    ] {
        let key = Uuid::new_v4().to_string();
        let body = with(order_of(SKU, 1, "pm_card_visa"), "", name, value);
        let answer = customer
            .post_once("/v1/orders", &key, body)
            .await
            .expect_one_of(&[400, 422]);
        assert!(
            !answer.body.to_string().contains("4242424242424242"),
            "{:#}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_card_number_is_no_payment_method() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    for number in ["4242424242424242", "4242-4242-4242-4242", "378282246310005"] {
        let key = Uuid::new_v4().to_string();
        let answer = customer
            .post_once("/v1/orders", &key, order_of(SKU, 1, number))
            .await;
        let answer = answer.expect_one_of(&[400, 422]);
        assert!(
            !answer.body.to_string().contains(number),
            "{:#}",
            answer.body
        );
    }
}
