//! An account and its owner: sessions, data, and the end of it.

use journeys::{PASSWORD, Shop, eventually};
use serde_json::{Value, json};

const SKU: &str = "COF-ETH-250";

#[tokio::test]
async fn an_owner_sees_every_session_and_ends_all_others() {
    let shop = Shop::shared().await;
    let (here, email) = shop.visitor().new_customer().await;
    let there = shop.visitor().logged_in(&email, PASSWORD).await;
    let sessions = here.get("/v1/sessions").await.expect(200);
    assert_eq!(sessions.items().len(), 2, "{:#}", sessions.body);
    let _ = here.delete("/v1/sessions").await.expect(204);
    let _ = there.refreshed().await.expect(400);
}

#[tokio::test]
async fn an_export_holds_what_the_shop_knows_of_its_owner() {
    let shop = Shop::shared().await;
    let (customer, email) = shop.visitor().new_customer().await;
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let _ = shop.merchant().await.shipment_of(&order_id).await;
    let cart_id = customer.cart_with(SKU, 1).await;
    let export = customer.get("/v1/accounts/me/export").await.expect(200);
    let text = export.body.to_string();
    for known in [email.as_str(), &order_id, &cart_id, "1 Main Street"] {
        assert!(text.contains(known), "no {known} in {:#}", export.body);
    }
}

#[tokio::test]
async fn an_erased_account_is_gone_and_the_books_are_not() {
    let shop = Shop::shared().await;
    let (customer, email) = shop.visitor().new_customer().await;
    let merchant = shop.merchant().await;
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let shipment = merchant.shipment_of(&order_id).await;
    let _ = merchant
        .dispatch(&shipment, &format!("TN-{order_id}"))
        .await
        .expect(200);
    let path = format!("/v1/shipments/{shipment}");
    let _ = merchant
        .post(&format!("{path}/deliver"), json!({}))
        .await
        .expect(200);
    let _ = customer.until(&order_id, "delivered").await;

    let _ = customer.delete("/v1/accounts/me").await.expect(204);
    let login = json!({ "email": email, "password": PASSWORD });
    let _ = shop.visitor().post("/v1/sessions", login).await.expect(401);
    let _ = customer.refreshed().await.expect(400);
    eventually("name and address to be erased", async || {
        let order = merchant
            .get(&format!("/v1/orders/{order_id}"))
            .await
            .expect(200);
        let shipment = merchant.get(&path).await.expect(200);
        let left = [&order.body, &shipment.body].map(Value::to_string).concat();
        let is_left = ["1 Main Street", "Test Customer", &email]
            .iter()
            .any(|known| left.contains(known));
        if is_left { Err(left) } else { Ok(()) }
    })
    .await;
    let payment = merchant
        .get(&format!("/v1/payments/{order_id}"))
        .await
        .expect(200);
    assert_eq!(payment.text("/order_id"), order_id);
}

#[tokio::test]
async fn an_address_is_verified_by_the_link_in_a_mail() {
    let shop = Shop::shared().await;
    let (customer, email) = shop.visitor().new_customer().await;
    let Some(link) = shop
        .link_mailed_to(&email, "/account/verify-email", 1)
        .await
    else {
        return;
    };
    let me = customer.get("/v1/accounts/me").await.expect(200);
    assert_eq!(me.body["email_verified"], false, "{:#}", me.body);
    let mut browser = journeys::browser::Browser::new(&shop.gateway);
    let page = browser.open(&link).await;
    let page = browser.submit(&page.form().agreed()).await;
    assert!(page.status < 400, "{}", page.html);
    let me = customer.get("/v1/accounts/me").await.expect(200);
    assert_eq!(me.body["email_verified"], true, "{:#}", me.body);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_on_the_page_that_the_mail_leads_to() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let mut browser = journeys::browser::Browser::new(&shop.gateway);
    let page = browser.open("/account/forgot-password").await;
    let _ = browser.submit(&page.form().filled("email", &email)).await;
    let Some(link) = shop
        .link_mailed_to(&email, "/account/reset-password", 1)
        .await
    else {
        return;
    };
    let page = browser.open(&link).await;
    let page = browser
        .submit(&page.form().filled("password", "a new horse battery"))
        .await;
    assert!(page.status < 400, "{}", page.html);
    let _ = shop
        .visitor()
        .logged_in(&email, "a new horse battery")
        .await;
}

#[tokio::test]
async fn an_operator_makes_a_customer_a_merchant_from_the_next_login_on() {
    let shop = Shop::shared().await;
    let (customer, email) = shop.visitor().new_customer().await;
    let me = customer.get("/v1/accounts/me").await.expect(200);
    let path = format!("/v1/accounts/{}/role", me.text("/account_id"));
    let answer = shop
        .operator()
        .await
        .put(&path, json!({ "role": "merchant" }))
        .await;
    let _ = answer.expect_one_of(&[200, 204]);
    let merchant = shop.visitor().logged_in(&email, PASSWORD).await;
    let _ = merchant.get("/v1/payments").await.expect(200);
    let _ = merchant.delete("/v1/products/NO-SUCH").await.expect(404);
}
