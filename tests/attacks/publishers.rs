//! Machine clients that want more than they were given.

use journeys::credentials::ClientSecret;
use journeys::{Answer, Client, Shop, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const GOODS: &str = "dev.souk.goods.received.v1";
const PARCEL: &str = "dev.souk.parcel.moved.v1";

fn goods(source: &str) -> Value {
    let now = chrono::Utc::now();
    json!({
        "specversion": "1.0", "id": Uuid::new_v4(), "source": source, "type": GOODS, "time": now, "datacontenttype": "application/json",
        "data": {
            "delivery_note": format!("DN-{}", Uuid::new_v4().simple()), "received_at": now,
            "lines": [{ "sku": "COF-ETH-250", "quantity": 1 }],
        },
    })
}

async fn publish(client: &Client, event: &Value) -> Answer {
    let request = client.request(Method::POST, "/v1/events");
    let request = request
        .header("content-type", "application/cloudevents+json")
        .body(event.to_string());
    client.send(request, "POST /v1/events").await
}

#[tokio::test]
async fn a_publisher_cannot_say_what_was_not_granted_to_it() {
    let shop = Shop::shared().await;
    let carrier = shop.carrier().await;
    let _ = publish(&carrier, &goods("/publishers/carrier"))
        .await
        .expect(403);
    let erp = shop.erp().await;
    for kind in [
        "dev.souk.payment.authorized.v1",
        "dev.souk.order.placed.v1",
        "dev.souk.account.erased.v1",
        PARCEL,
        "*",
        "",
    ] {
        let mut event = goods("/publishers/erp");
        event["type"] = json!(kind);
        let _ = publish(&erp, &event).await.expect_one_of(&[400, 403]);
    }
}

#[tokio::test]
async fn a_publisher_cannot_speak_in_anothers_name() {
    let shop = Shop::shared().await;
    let erp = shop.erp().await;
    for source in [
        "/functions/inventory",
        "/publishers/carrier",
        "/publishers/erp/",
        "/publishers/ERP",
        "/publishers/erp2",
        "",
    ] {
        let _ = publish(&erp, &goods(source))
            .await
            .expect_one_of(&[400, 403]);
    }
}

#[tokio::test]
async fn one_event_among_many_that_is_not_granted_stops_them_all() {
    let shop = Shop::shared().await;
    let (erp, sku) = (shop.erp().await, shop.new_article(0).await);
    let mut good = goods("/publishers/erp");
    good["data"]["lines"][0]["sku"] = json!(sku);
    let bad = goods("/functions/inventory");
    let request = erp.request(Method::POST, "/v1/events");
    let request = request
        .header("content-type", "application/cloudevents-batch+json")
        .body(json!([good, bad]).to_string());
    let _ = erp
        .send(request, "a batch")
        .await
        .expect_one_of(&[400, 403]);
    assert_eq!(shop.visitor().available(&sku).await, 0);
}

#[tokio::test]
async fn a_machine_gets_no_scope_that_it_was_not_registered_with() {
    let shop = Shop::shared().await;
    let client = &shop.credentials.clients.erp;
    for scope in [
        "orders:read",
        "keys:write",
        "openid",
        "offline_access",
        &format!("publish:{PARCEL}"),
        "publish:*",
        &format!("publish:{GOODS} catalog:write"),
    ] {
        let answer = shop.visitor().client_credentials(client, Some(scope)).await;
        assert_eq!(answer.status, 400, "{scope}: {:#}", answer.body);
        assert_eq!(answer.text("/error"), "invalid_scope");
    }
    let answer = shop
        .visitor()
        .client_credentials(client, None)
        .await
        .expect(200);
    assert!(
        answer.body.get("refresh_token").is_none(),
        "{:#}",
        answer.body
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_machines_secret_is_not_guessed_left_out_or_sent_in_the_address() {
    let shop = Shop::shared().await;
    let real = &shop.credentials.clients.erp;
    for secret in [
        "",
        "erp",
        "wrong",
        &real.client_secret[1..],
        &format!("{} ", real.client_secret),
    ] {
        let client = ClientSecret {
            client_id: "erp".to_owned(),
            client_secret: secret.to_owned(),
        };
        let answer = shop.visitor().client_credentials(&client, None).await;
        assert_eq!(answer.status, 401, "`{secret}`: {:#}", answer.body);
        assert_eq!(answer.text("/error"), "invalid_client");
    }
    let carriers = ClientSecret {
        client_id: "carrier".to_owned(),
        ..real.clone()
    };
    let _ = shop
        .visitor()
        .client_credentials(&carriers, None)
        .await
        .expect(401);
    let query = format!(
        "/oauth2/token?client_id=erp&client_secret={}",
        real.client_secret
    );
    let answer = shop
        .visitor()
        .form(&query, &[("grant_type", "client_credentials")])
        .await;
    let _ = answer.expect_one_of(&[400, 401]);
}

#[tokio::test]
async fn a_machine_is_no_customer_and_sees_no_ones_things() {
    let shop = Shop::shared().await;
    let erp = shop.erp().await;
    for path in [
        "/v1/orders",
        "/v1/carts",
        "/v1/payments",
        "/v1/shipments",
        "/v1/notifications",
        "/v1/accounts/me",
        "/v1/sessions",
        "/v1/dead-letters",
        "/v1/clients",
        "/v1/identity/keys",
    ] {
        let _ = erp.get(path).await.expect(403);
    }
    let order = journeys::order_of("COF-ETH-250", 1, "pm_card_visa");
    let _ = erp.post_once("/v1/orders", "k", order).await.expect(403);
}

#[tokio::test]
async fn a_customer_is_no_publisher() {
    let shop = Shop::shared().await;
    for client in [
        shop.customer().await,
        shop.merchant().await,
        shop.operator().await,
        shop.guest().await,
    ] {
        let _ = publish(&client, &goods("/publishers/erp"))
            .await
            .expect(403);
    }
    let _ = publish(&shop.visitor(), &goods("/publishers/erp"))
        .await
        .expect(401);
}

#[tokio::test]
async fn a_client_that_was_shut_off_is_out_at_once_and_alone() {
    let shop = Shop::shared().await;
    let scope = format!("publish:{GOODS}");
    let secret = shop.new_machine(&[&scope], 600).await;
    let machine = shop.visitor().machine(&secret, None).await;
    let event = goods(&format!("/publishers/{}", secret.client_id));
    let _ = publish(&machine, &event).await.expect(202);

    let path = format!("/v1/clients/{}", secret.client_id);
    let _ = shop.operator().await.delete(&path).await.expect(204);
    // On one machine the gate knows before the operator has the answer; elsewhere a poll later.
    match &shop.local {
        Some(_) => {
            let _ = publish(&machine, &event).await.expect(401);
        }
        None => {
            eventually("the client to be out", async || {
                match publish(&machine, &event).await.status {
                    401 => Ok(()),
                    other => Err(other),
                }
            })
            .await;
        }
    }
    let _ = shop
        .visitor()
        .client_credentials(&secret, None)
        .await
        .expect(401);
    let erp = shop.erp().await;
    let _ = publish(&erp, &goods("/publishers/erp")).await.expect(202);
}

#[tokio::test]
async fn an_api_key_of_the_days_before_opens_nothing() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor();
    let secret = &shop.credentials.clients.erp.client_secret;
    for (name, value) in [
        ("x-api-key", secret),
        ("apikey", secret),
        ("authorization", &format!("Bearer {secret}")),
    ] {
        let request = visitor
            .request(Method::POST, "/v1/events")
            .header(name, value)
            .header("content-type", "application/cloudevents+json")
            .body(goods("/publishers/erp").to_string());
        let _ = visitor.send(request, name).await.expect(401);
    }
}
