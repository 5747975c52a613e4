//! Headers that only the gate, Knative or the broker may set.

use journeys::raw::{head, raw};
use journeys::{Shop, order_of};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

/// Who one would like to be.
const CONSUMERS: [(&str, &str); 8] = [
    ("x-consumer-id", "merchants"),
    ("x-consumer-username", "merchants"),
    ("x-consumer-custom-id", "merchants"),
    ("x-consumer-groups", "merchant, operator"),
    ("x-authenticated-groups", "merchant, operator"),
    ("x-credential-identifier", "merchants"),
    ("x-credential-username", "merchants"),
    ("x-anonymous-consumer", "false"),
];

/// Where one would like the request to go.
const PLACES: [(&str, &str); 9] = [
    ("k-original-host", "deadletters.souk.svc.cluster.local"),
    ("k-network-hash", "override"),
    ("k-network-probe", "queue"),
    ("k-kubelet-probe", "queue"),
    ("k-proxy-request", "activator"),
    ("knative-serving-revision", "deadletters-00001"),
    ("knative-serving-namespace", "souk"),
    ("knative-serving-tag", "candidate"),
    ("souk-gate-version", "0"),
];

#[tokio::test]
async fn nobody_is_a_merchant_because_a_header_says_so() {
    let shop = Shop::shared().await;
    for (client, status) in [(shop.visitor(), 401), (shop.customer().await, 403)] {
        for path in ["/v1/products/SPOOFED", "/v1/clients/spoofed"] {
            let request = client.request(Method::DELETE, path);
            let request = CONSUMERS.iter().fold(request, |request, (name, value)| {
                request.header(*name, *value)
            });
            let _ = client.send(request, path).await.expect(status);
        }
    }
}

#[tokio::test]
async fn nobody_publishes_in_a_clients_name_because_a_header_says_so() {
    let shop = Shop::shared().await;
    let event = json!({
        "specversion": "1.0", "id": Uuid::new_v4(), "source": "/publishers/erp", "type": "dev.souk.goods.received.v1",
        "datacontenttype": "application/json", "data": {},
    });
    for (client, status) in [(shop.visitor(), 401), (shop.customer().await, 403)] {
        let request = client
            .request(Method::POST, "/v1/events")
            .header("x-consumer-username", "erp")
            .header("x-consumer-groups", "machine")
            .header("x-api-key", "anything")
            .header("content-type", "application/cloudevents+json")
            .body(event.to_string());
        let _ = client.send(request, "POST /v1/events").await.expect(status);
    }
}

#[tokio::test]
async fn a_header_of_knative_takes_a_request_nowhere_else() {
    let shop = Shop::shared().await;
    let visitor = shop.visitor();
    let plain = visitor.get("/v1/stock/COF-DEC-250").await.expect(200);
    for (name, value) in PLACES {
        let request = visitor
            .request(Method::GET, "/v1/stock/COF-DEC-250")
            .header(name, value);
        let answer = visitor.send(request, name).await.expect(200);
        assert_eq!(answer.body["sku"], plain.body["sku"], "{name}");
        let request = visitor
            .request(Method::GET, "/v1/orders")
            .header(name, value);
        let _ = visitor.send(request, name).await.expect(401);
    }
}

#[tokio::test]
async fn an_events_attributes_in_the_headers_make_no_event_of_a_request() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_declined").await;
    let data = json!({ "order_id": order_id, "payment_id": Uuid::new_v4() });
    for path in ["/v1/orders", "/v1/orders/events", "/events"] {
        let request = customer
            .undocumented()
            .request(Method::POST, path)
            .header("ce-specversion", "1.0")
            .header("ce-id", Uuid::new_v4().to_string())
            .header("ce-source", "/functions/payments")
            .header("ce-type", "dev.souk.payment.authorized.v1")
            .header("ce-partitionkey", &order_id)
            .json(&data);
        let answer = customer.undocumented().send(request, path).await;
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
    let order = customer
        .get(&format!("/v1/orders/{order_id}"))
        .await
        .expect(200);
    assert_ne!(order.text("/status"), "confirmed");
}

#[tokio::test]
async fn another_method_or_path_in_a_header_is_not_taken() {
    let shop = Shop::shared().await;
    let sku = shop.new_article(1).await;
    let client = shop.visitor().undocumented();
    let path = format!("/v1/products/{sku}");
    for name in [
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
    ] {
        let request = client.request(Method::GET, &path).header(name, "DELETE");
        let _ = client.send(request, name).await.expect(200);
    }
    for name in [
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-path",
        "x-forwarded-prefix",
        "x-envoy-original-path",
    ] {
        let request = client
            .request(Method::GET, "/v1/orders")
            .header(name, "/v1/products");
        assert_eq!(client.send(request, name).await.status, 401, "{name}");
    }
    let _ = client.get(&path).await.expect(200);
}

#[tokio::test]
async fn two_tokens_are_not_better_than_one() {
    let shop = Shop::shared().await;
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let (low, high) = (
        format!("Bearer {}", customer.token()),
        "Bearer a.b.c".to_owned(),
    );
    for (first, second) in [(&low, &high), (&high, &low)] {
        let headers = [
            ("Authorization", first.as_str()),
            ("Authorization", second.as_str()),
        ];
        let answer = raw(
            &shop.gateway,
            head(&shop.gateway, "DELETE /v1/products/NO-SUCH", &headers),
        )
        .await;
        assert!([400, 401, 403].contains(&answer.status), "{}", answer.text);
    }
    let both = format!("{low}, Bearer {}", merchant.token());
    let answer = raw(
        &shop.gateway,
        head(
            &shop.gateway,
            "DELETE /v1/products/NO-SUCH",
            &[("Authorization", &both)],
        ),
    )
    .await;
    assert!([400, 401, 403].contains(&answer.status), "{}", answer.text);
}

#[tokio::test]
async fn a_request_hidden_in_another_one_is_not_answered() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let order = order_of("COF-ETH-250", 1, "pm_card_visa").to_string();
    let hidden = "GET /events HTTP/1.1\r\nHost: orders.souk.svc.cluster.local\r\n\r\n";
    let token = format!("Bearer {}", customer.token());
    for headers in [
        vec![("Content-Length", "4"), ("Transfer-Encoding", "chunked")],
        vec![("Content-Length", "4"), ("Content-Length", "900")],
        vec![
            ("Transfer-Encoding", "chunked, identity"),
            ("Content-Length", "4"),
        ],
        vec![("Transfer-Encoding", "xchunked"), ("Content-Length", "4")],
        vec![("Content-Length", "-1")],
        vec![("Content-Length", "4 4")],
    ] {
        let mut headers = headers;
        headers.push(("Authorization", &token));
        let head =
            head(&shop.gateway, "POST /v1/orders", &headers).replace("Connection: close\r\n", "");
        let answer = raw(&shop.gateway, format!("{head}0\r\n\r\n{hidden}{order}")).await;
        let answers = answer.text.matches("HTTP/1.1 ").count();
        assert!(
            (400..500).contains(&answer.status) || answer.status == 0,
            "{}",
            answer.text
        );
        assert!(
            !answer.text.contains("HTTP/1.1 2"),
            "{answers} answers: {}",
            answer.text
        );
    }
}
