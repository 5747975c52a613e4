//! How serving ends.

use axum::body::Body;
use http::Response;
use std::sync::{Arc, Mutex};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::support::{Plan, Served, Upstream, echo, gateway};

#[tokio::test]
async fn a_request_in_flight_is_still_answered_after_stop() {
    let (began, began_too) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let ends = Arc::new(Mutex::new(Some((began, released))));
    let upstream = Upstream(move |_| {
        let (began, released) = ends.lock().unwrap().take().unwrap();
        async move {
            began.send(()).unwrap();
            released.await.unwrap();
            Response::new(Body::from("late"))
        }
    });
    let served = Served::new(&gateway(&Plan::orders(), upstream));
    let mut client = served.connect().await;
    client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    began_too.await.unwrap();
    let ended = served.stop();
    release.send(()).unwrap();
    let answer = client.read_all().await;
    assert!(answer.ends_with("late"), "{answer}");
    ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_end_and_new_ones_are_refused() {
    let served = Served::new(&gateway(&Plan::orders(), echo()));
    let address = served.address;
    let mut idle = served.connect().await;
    idle.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    idle.read_answer().await;
    served.stop().await.unwrap().unwrap();
    assert_eq!(idle.read_all().await, "");
    assert!(TcpStream::connect(address).await.is_err());
}
