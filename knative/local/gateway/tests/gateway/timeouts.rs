//! Upstreams that do not answer, or not in time.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use http::{Request, Response, StatusCode};
use souk_network::{Network, NoAnswer};

use crate::support::{Plan, Upstream, client_address, gateway, request, text};

/// An upstream that never answers, and how often it was asked.
fn silent() -> (impl Network, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let upstream = Upstream(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        pending::<Response<Body>>()
    });
    (upstream, asked)
}

fn impatient() -> Plan {
    Plan::orders().with_service(|service| service.read_timeout_ms = 20)
}

async fn tries(request: Request<Body>) -> usize {
    let (upstream, asked) = silent();
    let response = gateway(&impatient(), upstream)
        .answer(request, client_address())
        .await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    asked.load(Ordering::SeqCst)
}

#[tokio::test]
async fn only_what_may_be_done_twice_is_tried_again() {
    assert_eq!(tries(request("GET", "/", &[])).await, 3);
    assert_eq!(tries(request("DELETE", "/", &[])).await, 3);
    assert_eq!(tries(request("POST", "/", &[])).await, 1);
    assert_eq!(tries(request("PATCH", "/", &[])).await, 1);
    let with_body = request("PUT", "/", &[]).map(|_| Body::from("x"));
    assert_eq!(tries(with_body).await, 1);
}

/// An upstream that takes no connection, or breaks it off, and how often it was asked.
fn absent(unconnected: bool) -> (impl Network, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let upstream = Upstream(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        let mut response = souk_network::answer(StatusCode::BAD_GATEWAY, "the network's own words");
        response.extensions_mut().insert(NoAnswer {
            unconnected,
            why: "refused".to_owned(),
        });
        std::future::ready(response)
    });
    (upstream, asked)
}

#[tokio::test]
async fn what_nobody_has_got_is_tried_again_and_ends_in_kongs_502() {
    for (unconnected, method, expected) in [
        (true, "GET", 3),
        (true, "POST", 3),
        (false, "GET", 3),
        (false, "POST", 1),
    ] {
        let (upstream, asked) = absent(unconnected);
        let response = gateway(&Plan::orders(), upstream)
            .answer(request(method, "/", &[]), client_address())
            .await;
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
        assert_eq!(response.headers()["server"], "kong/3.9.3");
        let tries = asked.load(Ordering::SeqCst);
        assert_eq!(tries, expected, "{method}, unconnected: {unconnected}");
        let body = text(response).await;
        let message = "An invalid response was received from the upstream server\n";
        assert!(body.starts_with(message), "{body}");
    }
}

#[tokio::test]
async fn a_timeout_is_nginxs_error() {
    let (upstream, _) = silent();
    let response = gateway(&impatient(), upstream)
        .answer(request("POST", "/", &[]), client_address())
        .await;
    let headers = response.headers().clone();
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(headers["server"], "kong/3.9.3");
    assert!(headers.contains_key("x-kong-upstream-latency"));
    let id = headers["x-kong-request-id"].to_str().unwrap();
    let body = format!("The upstream server is timing out\nrequest_id: {id}\n");
    assert_eq!(text(response).await, body);
}

#[tokio::test]
async fn an_answer_that_falls_silent_is_cut_off() {
    let upstream = Upstream(|_| async {
        let first = futures::stream::iter([Ok::<_, std::io::Error>("first")]);
        let silence = futures::stream::pending();
        Response::new(Body::from_stream(futures::StreamExt::chain(first, silence)))
    });
    let response = gateway(&impatient(), upstream)
        .answer(request("GET", "/", &[]), client_address())
        .await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(
        axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .is_err()
    );
}
