//! An upstream that says that too much is coming.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use http::header::RETRY_AFTER;
use http::{Response, StatusCode};
use serde_json::json;
use souk_network::Network;

use crate::support::{Plan, Upstream, client_address, gateway, request};

/// An upstream that refuses everything, and how often it was asked.
fn overloaded() -> (impl Network, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let upstream = Upstream(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.headers_mut().insert(RETRY_AFTER, 1.into());
        std::future::ready(response)
    });
    (upstream, asked)
}

#[tokio::test]
async fn an_upstream_that_refuses_is_spared_and_the_refusal_is_as_any_other() {
    let (upstream, asked) = overloaded();
    let plan = Plan::orders()
        .route("other", "orders", &[], &["/other"])
        .plugin("cors", json!({}));
    let gateway = gateway(&plan, upstream);
    // The first window has to end before anything is spared.
    let (began, mut sent) = (Instant::now(), 0);
    while asked.load(Ordering::SeqCst) == sent {
        assert!(began.elapsed() < Duration::from_secs(30), "never spared");
        let response = gateway
            .answer(request("POST", "/", &[]), client_address())
            .await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[RETRY_AFTER], "1");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        sent += 1;
    }
    let before = asked.load(Ordering::SeqCst);
    let _ = gateway
        .answer(request("GET", "/other", &[]), client_address())
        .await;
    assert_eq!(
        asked.load(Ordering::SeqCst),
        before + 1,
        "another route is not spared"
    );
}
