//! Webhooks, as a shop takes them.

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc};

use super::*;
use crate::testing::{Caller, ORDER};

type Taken = (String, Value);

/// A shop that refuses the first `refused` webhooks, and says what came.
async fn shop(refused: usize) -> (String, mpsc::UnboundedReceiver<Taken>) {
    let (say, said) = mpsc::unbounded_channel();
    let take = async |State((say, left)): State<(
        mpsc::UnboundedSender<Taken>,
        Arc<std::sync::Mutex<usize>>,
    )>,
                      headers: HeaderMap,
                      body: Bytes| {
        let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
        say.send((signature, serde_json::from_slice(&body).unwrap()))
            .unwrap();
        let mut left = left.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        StatusCode::NO_CONTENT
    };
    let left = Arc::new(std::sync::Mutex::new(refused));
    let router = Router::new()
        .route("/hook", post(take))
        .with_state((say, left));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    (url, said)
}

fn receiver(url: &str) -> Receiver {
    Receiver {
        url: url.to_owned(),
        secret: "whsec_1".to_owned(),
    }
}

#[tokio::test]
async fn a_change_is_posted_signed_until_it_is_taken_and_then_no_more() {
    let (url, mut said) = shop(1).await;
    let caller = Caller::new();
    let postman = tokio::spawn(send(caller.desk(), receiver(&url)));
    tokio::task::yield_now().await;
    let held = caller.post("/v1/payment_intents", ORDER, "k1").await;
    let first = said.recv().await.unwrap();
    let second = said.recv().await.unwrap();
    assert_eq!(first.1, second.1);
    let event = second.1;
    assert_eq!(event["type"], "payment_intent.amount_capturable_updated");
    assert_eq!(event["data"]["object"]["id"], held.body["id"]);
    assert!(second.0.starts_with("t=") && second.0.contains(",v1="));
    while !caller.desk().webhooks().is_empty() {
        tokio::task::yield_now().await;
    }
    postman.abort();
}

#[tokio::test]
async fn a_change_that_nobody_has_taken_is_posted_after_a_restart() {
    let caller = Caller::new();
    let _ = caller.desk().say_changes();
    let held = caller.post("/v1/payment_intents", ORDER, "k1").await;
    let caller = caller.restarted();
    let (url, mut said) = shop(0).await;
    let postman = tokio::spawn(send(caller.desk(), receiver(&url)));
    let (_, event) = said.recv().await.unwrap();
    assert_eq!(event["data"]["object"]["id"], held.body["id"]);
    postman.abort();
}

#[tokio::test]
async fn what_is_kept_back_is_posted_once_it_is_switched_again() {
    let (url, mut said) = shop(0).await;
    let caller = Caller::new();
    caller
        .switch(r#"{"mode":"normal","webhooks":"hold"}"#)
        .await;
    let postman = tokio::spawn(send(caller.desk(), receiver(&url)));
    tokio::task::yield_now().await;
    caller.post("/v1/payment_intents", ORDER, "k1").await;
    tokio::task::yield_now().await;
    assert!(said.try_recv().is_err());
    caller
        .switch(r#"{"mode":"normal","webhooks":"send"}"#)
        .await;
    assert!(said.recv().await.is_some());
    postman.abort();
}

#[test]
fn a_signature_is_the_one_that_openssl_makes() {
    // `printf '1750000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_1`
    let expected =
        "t=1750000000,v1=7113434f6301e19f3d8887a27ba3f5feeacae8ff66bdecbd99a8ba88b6390feb";
    assert_eq!(
        signature("whsec_1", r#"{"id":"evt_1"}"#, 1_750_000_000),
        expected
    );
}
