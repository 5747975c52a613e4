//! Bodies flow: over a socket, piece by piece, in both directions.

use std::io;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use futures::StreamExt as _;
use http::{Request, Response};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use crate::support::{Plan, Served, Upstream, client_address, echo, gateway, request, text};

/// A body that is sent from elsewhere.
fn channel() -> (mpsc::UnboundedSender<Bytes>, Body) {
    let (sender, receiver) = mpsc::unbounded_channel::<Bytes>();
    let stream = futures::stream::unfold(receiver, |mut receiver| async {
        let piece = receiver.recv().await?;
        Some((Ok::<_, io::Error>(piece), receiver))
    });
    (sender, Body::from_stream(stream))
}

#[tokio::test]
async fn events_reach_the_client_one_by_one() {
    let (events, body) = channel();
    let body = Mutex::new(Some(body));
    let upstream = Upstream(move |_| {
        let body = body.lock().unwrap().take().unwrap();
        async {
            let response = Response::builder().header("content-type", "text/event-stream");
            response.body(body).unwrap()
        }
    });
    let served = Served::new(&gateway(&Plan::orders(), upstream));
    let mut client = served.connect().await;
    client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    let head = client.read_until("\r\n\r\n").await.to_lowercase();
    assert!(
        head.contains("content-type: text/event-stream\r\n"),
        "{head}"
    );
    for event in ["data: 1\n\n", "data: 2\n\n"] {
        events.send(event.into()).unwrap();
        client.read_until(event).await;
    }
}

#[tokio::test]
async fn a_request_body_reaches_the_upstream_before_it_is_complete() {
    let (pieces, mut arrived) = mpsc::unbounded_channel();
    let upstream = Upstream(move |request: Request<Body>| {
        let pieces = pieces.clone();
        async move {
            let mut body = request.into_body().into_data_stream();
            while let Some(Ok(piece)) = body.next().await {
                pieces.send(piece).unwrap();
            }
            Response::new(Body::from("done"))
        }
    });
    let served = Served::new(&gateway(&Plan::orders(), upstream));
    let mut client = served.connect().await;
    client
        .send("POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    for piece in ["first", "other"] {
        client.send(&format!("5\r\n{piece}\r\n")).await;
        assert_eq!(arrived.recv().await.unwrap(), piece);
    }
    client.send("0\r\n\r\n").await;
    assert_eq!(client.read_answer().await.1, "done");
}

#[tokio::test]
async fn a_chunked_body_is_measured_while_it_streams() {
    let config = json!({"allowed_payload_size": 8, "size_unit": "bytes"});
    let gateway = gateway(
        &Plan::orders().plugin("request-size-limiting", config),
        echo(),
    );
    let served = Served::new(&gateway);
    let head = "POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (chunks, status, body) in [
        (
            "5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n",
            "200 OK",
            "\"body\":\"helloyou\"",
        ),
        (
            "5\r\nhello\r\n4\r\nyou!\r\n0\r\n\r\n",
            "413 Payload Too Large",
            "size limit exceeded",
        ),
    ] {
        let mut client = served.connect().await;
        client.send(head).await;
        client.send(chunks).await;
        let (head, answer) = client.read_answer().await;
        assert!(
            head.starts_with(&format!("http/1.1 {}", status.to_lowercase())),
            "{head}"
        );
        assert!(answer.contains(body), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_sends_too_much_still_sees_why_it_is_refused() {
    let config = json!({"allowed_payload_size": 64, "size_unit": "kilobytes"});
    let gateway = gateway(
        &Plan::orders().plugin("request-size-limiting", config),
        echo(),
    );
    let served = Served::new(&gateway);
    let body = "x".repeat(4 << 20);
    let chunked = format!(
        "Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let announced = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    for rest in [announced, chunked] {
        let mut client = served.connect().await;
        client
            .send(&format!("POST / HTTP/1.1\r\nHost: shop\r\n{rest}"))
            .await;
        let (head, _) = client.read_answer().await;
        assert!(head.starts_with("http/1.1 413 "), "{head}");
    }
}

#[tokio::test]
async fn who_expects_to_continue_may_or_is_refused() {
    let config = json!({"allowed_payload_size": 8, "size_unit": "bytes"});
    let gateway = gateway(
        &Plan::orders().plugin("request-size-limiting", config),
        echo(),
    );
    let served = Served::new(&gateway);
    let mut client = served.connect().await;
    let head = |length| {
        format!(
            "POST / HTTP/1.1\r\nHost: shop\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    client.send(&head(3)).await;
    assert_eq!(
        client.read_until("\r\n\r\n").await,
        "HTTP/1.1 100 Continue\r\n\r\n"
    );
    client.send("abc").await;
    assert!(client.read_answer().await.1.contains("\"body\":\"abc\""));
    client.send(&head(9)).await;
    let (head, _) = client.read_answer().await;
    assert!(head.starts_with("http/1.1 417 "), "{head}");
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_the_call() {
    struct Call(Option<oneshot::Sender<()>>);
    impl Drop for Call {
        fn drop(&mut self) {
            self.0.take().unwrap().send(()).unwrap();
        }
    }
    let (began, began_too) = oneshot::channel();
    let (cancelled, cancelled_too) = oneshot::channel();
    let ends = Arc::new(Mutex::new(Some((began, cancelled))));
    let upstream = Upstream(move |_| {
        let (began, cancelled) = ends.lock().unwrap().take().unwrap();
        async move {
            let _call = Call(Some(cancelled));
            began.send(()).unwrap();
            std::future::pending().await
        }
    });
    let served = Served::new(&gateway(&Plan::orders(), upstream));
    let mut client = served.connect().await;
    client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    began_too.await.unwrap();
    drop(client);
    cancelled_too.await.unwrap();
}

#[tokio::test]
async fn a_connection_is_kept_and_head_has_no_body() {
    let served = Served::new(&gateway(&Plan::orders(), echo()));
    let mut client = served.connect().await;
    client.send("GET /a HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    assert!(client.read_answer().await.1.contains("/a"));
    client.send("HEAD /a HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    assert!(
        client
            .read_until("\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 200 OK")
    );
    client
        .send("GET /b HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
        .await;
    assert!(client.read_all().await.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn heads_that_are_too_large_get_nginxs_answers() {
    let served = Served::new(&gateway(&Plan::orders(), echo()));
    let long = "x".repeat(8 << 10);
    for (request, status) in [
        (
            format!("GET /{long} HTTP/1.1\r\nHost: shop\r\n\r\n"),
            "http/1.1 414 ",
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: shop\r\nA: {long}\r\n\r\n"),
            "http/1.1 494 ",
        ),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "http/1.1 400 "),
    ] {
        let mut client = served.connect().await;
        client.send(&request).await;
        let (head, body) = client.read_answer().await;
        assert!(head.starts_with(status), "{head}");
        assert!(body.contains("request_id: "), "{body}");
    }
}

#[tokio::test]
async fn a_known_length_stays_known() {
    let response = gateway(&Plan::orders(), echo())
        .answer(
            request("POST", "/", &[("content-length", "3")]).map(|_| Body::from("abc")),
            client_address(),
        )
        .await;
    let seen = text(response).await;
    assert!(seen.contains("\"content-length\":\"3\""), "{seen}");
}
