//! Connections: HTTP/1.1 on a socket, and an orderly end. It does not know what a route is.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::exchange::Arrival;
use crate::gateway::Gateway;

/// nginx's `worker_connections` in Kong; beyond that clients wait to be accepted.
const CONNECTIONS: usize = 16_384;
/// How long a head may take to arrive, and a connection may be idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// More than any client sends; a head with more of them gets hyper's 431.
const HEADERS: usize = 256;
/// nginx's `send_timeout`: within an answer the client must take something in that time. Who opens a stream and reads nothing of it is cut off.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// How long requests in flight may go on after `stop`.
const GRACE: Duration = Duration::from_secs(5);
/// Accepting fails when the process is out of file descriptors; trying again at once would only burn a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop`, then drains.
pub(crate) async fn serve(
    gateway: Gateway,
    listener: std::net::TcpListener,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let port = listener.local_addr()?.port();
    let (closing, _) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS => match accepted {
                Ok((stream, client)) => {
                    let arrival = Arrival { client, port };
                    connections.spawn(talk(gateway.clone(), stream, arrival, closing.subscribe()));
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
    drop(listener);
    closing.send_replace(true);
    drain(connections).await;
    Ok(())
}

async fn drain(mut connections: JoinSet<()>) {
    let drained = timeout(GRACE, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
    if drained.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "cut off what did not end in time"
        );
        connections.shutdown().await;
    }
}

/// One connection, from its first request to its last.
async fn talk(
    gateway: Gateway,
    stream: TcpStream,
    arrival: Arrival,
    mut closing: watch::Receiver<bool>,
) {
    let client: SocketAddr = arrival.client;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%client, %error, "no TCP_NODELAY");
    }
    if let Err(error) = SockRef::from(&stream).set_tcp_user_timeout(Some(SEND_TIMEOUT)) {
        tracing::debug!(%client, %error, "no TCP_USER_TIMEOUT");
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = gateway.answer_at(request.map(Body::new), arrival);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closed(&mut closing) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%client, %error, "connection broken off");
    }
}

/// Waits for the end; a server that is gone has ended too.
async fn closed(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}
