//! Paths written in another way, to slip past the gate's checks.

use journeys::Shop;
use journeys::raw::{head, raw};

/// Another spelling of something that asks for a token, or of something inside.
const SPELLINGS: [&str; 26] = [
    "/v1//orders",
    "//v1/orders",
    "/v1/./orders",
    "/v1/products/../orders",
    "/v1/products/..%2forders",
    "/v1/products/%2e%2e/orders",
    "/v1/products/%252e%252e/orders",
    "/v1/products/..;/orders",
    "/v1/products;/../orders",
    "/v1/%6frders",
    "/V1/ORDERS",
    "/v1/orders/",
    "/v1/orders%00",
    "/v1/orders%20",
    "/v1/orders;a=b",
    "/v1\\orders",
    "/v1/products\\..\\orders",
    "/v1/products/../../events",
    "/v1/products/%2e%2e/%2e%2e/events",
    "/docs/../events",
    "/docs/..%2fevents",
    "/docs/%2e%2e/metrics",
    "/v1/orders/../../readyz",
    "/./events",
    "//events",
    "/v1/products/..%5c..%5cevents",
];

#[tokio::test]
async fn another_spelling_of_a_path_opens_nothing() {
    let shop = Shop::shared().await;
    for path in SPELLINGS {
        for method in ["GET", "POST"] {
            let line = format!("{method} {path}");
            let answer = raw(&shop.gateway, head(&shop.gateway, &line, &[])).await;
            assert!(
                (400..500).contains(&answer.status),
                "{line}: {}",
                answer.text
            );
            assert!(
                !answer.text.contains("\"items\""),
                "{line}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn an_absolute_address_in_the_request_line_goes_nowhere_else() {
    let shop = Shop::shared().await;
    for line in [
        "GET http://deadletters.souk.svc.cluster.local/v1/dead-letters",
        "GET http://169.254.169.254/latest/meta-data/",
        "GET http://orders.souk.svc.cluster.local/events",
        "GET http://127.0.0.1:8001/config",
        "CONNECT 127.0.0.1:22",
        "TRACE /v1/products",
        "GET @169.254.169.254/",
        "GET *",
    ] {
        let answer = raw(&shop.gateway, head(&shop.gateway, line, &[])).await;
        assert!(
            (400..500).contains(&answer.status),
            "{line}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_hosts_name_from_inside_leads_to_no_function() {
    let shop = Shop::shared().await;
    for name in ["orders", "deadletters", "identity", "payments"] {
        for path in [
            "/events",
            "/metrics",
            "/readyz",
            "/healthz",
            "/v1/identity/gate",
            "/v1/dead-letters",
        ] {
            let host = format!("{name}.souk.svc.cluster.local");
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let answer = raw(&shop.gateway, request).await;
            assert!(
                [401, 404].contains(&answer.status),
                "{host}{path}: {}",
                answer.text
            );
        }
    }
}
