//! Another plan while the gateway runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::body::Body;
use http::{Request, Response, StatusCode};
use serde_json::json;
use souk_gateway::Gateway;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};

use crate::support::{Plan, Served, Upstream, client_address, echo, gateway, request};

const RELOADS: usize = 50;
const CLIENTS: usize = 8;

async fn status(gateway: &Gateway, path: &str) -> StatusCode {
    gateway
        .answer(request("GET", path, &[]), client_address())
        .await
        .status()
}

#[tokio::test]
async fn another_plan_holds_from_the_next_request_and_counters_survive() {
    let limited = || Plan::orders().plugin("rate-limiting", json!({"year": 2, "limit_by": "ip"}));
    let gateway = gateway(&limited(), echo());
    assert_eq!(status(&gateway, "/").await, StatusCode::OK);
    let more = limited().route("new", "orders", &[], &["/new"]);
    gateway.reload(&more.0).unwrap();
    assert_eq!(status(&gateway, "/new").await, StatusCode::OK);
    assert_eq!(status(&gateway, "/").await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_plan_with_mistakes_changes_nothing() {
    let gateway = gateway(&Plan::orders(), echo());
    let wrong = Plan::empty().plugin("unheard-of", json!({}));
    assert_eq!(gateway.reload(&wrong.0).unwrap_err().len(), 1);
    assert_eq!(status(&gateway, "/").await, StatusCode::OK);
}

/// An upstream that holds requests for `/held` until there are permits, and how many it holds or has held.
fn holding(gate: &Arc<Semaphore>, held: &Arc<AtomicUsize>) -> impl souk_network::Network {
    let (gate, held) = (Arc::clone(gate), Arc::clone(held));
    Upstream(move |request: Request<Body>| {
        let (gate, held) = (Arc::clone(&gate), Arc::clone(&held));
        async move {
            if request.uri().path() == "/held" {
                held.fetch_add(1, Ordering::SeqCst);
                drop(gate.acquire().await);
            }
            Response::new(Body::from("ok"))
        }
    })
}

/// A plan of this round: routes and plugins come and go; `/` and `/held` stay.
fn plan_of(round: usize) -> Plan {
    let plan = Plan::orders().plugin(
        "correlation-id",
        json!({"header_name": format!("X-Round-{round}")}),
    );
    match round % 2 {
        0 => plan,
        _ => plan
            .service("carts")
            .route("carts", "carts", &["GET"], &["/v1/carts"])
            .plugin("prometheus", json!({"status_code_metrics": true})),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_while_the_plan_changes_fifty_times() {
    let (gate, held) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let gateway = gateway(&plan_of(0), holding(&gate, &held));
    let served = Served::new(&gateway);
    let (answered, is_over) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let mut waiting = served.connect().await;
        waiting
            .send("GET /held HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n")
            .await;
        clients.spawn(async move { vec![waiting.read_all().await] });
        let mut busy = served.connect().await;
        let (answered, is_over) = (Arc::clone(&answered), Arc::clone(&is_over));
        clients.spawn(async move {
            let mut heads = Vec::new();
            while !is_over.load(Ordering::SeqCst) {
                busy.send("GET / HTTP/1.1\r\nhost: shop\r\n\r\n").await;
                heads.push(busy.read_answer().await.0);
                answered.fetch_add(1, Ordering::SeqCst);
            }
            heads
        });
    }
    while held.load(Ordering::SeqCst) < CLIENTS {
        yield_now().await;
    }
    for round in 1..=RELOADS {
        gateway.reload(&plan_of(round).0).unwrap();
        let wrong = plan_of(round).plugin("unheard-of", json!({}));
        assert!(gateway.reload(&wrong.0).is_err());
        let before = answered.load(Ordering::SeqCst);
        while answered.load(Ordering::SeqCst) == before {
            yield_now().await;
        }
    }
    is_over.store(true, Ordering::SeqCst);
    gate.add_permits(CLIENTS);
    let heads = clients.join_all().await.concat();
    assert!(heads.len() >= RELOADS + CLIENTS);
    let failed: Vec<&String> = heads
        .iter()
        .filter(|head| !head.to_lowercase().starts_with("http/1.1 200 ok"))
        .collect();
    assert_eq!(failed, [&""; 0]);
}
