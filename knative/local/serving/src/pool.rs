//! Connections to an instance that are open and idle.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Connections kept open for one instance; further ones are closed after use.
const IDLE_MOST: usize = 100;

/// The connections of one instance, the last used on top.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<SendRequest<Body>>>);

impl Pool {
    /// The connection used last that can take a request at once.
    pub(crate) fn take(&self) -> Option<SendRequest<Body>> {
        let mut idle = self.idle();
        while idle.last().is_some_and(SendRequest::is_closed) {
            idle.pop();
        }
        let newest = idle.iter().rposition(SendRequest::is_ready)?;
        Some(idle.swap_remove(newest))
    }

    /// Keeps a connection whose last answer has been read to its end.
    pub(crate) fn put(&self, connection: SendRequest<Body>) {
        let mut idle = self.idle();
        if idle.len() >= IDLE_MOST {
            idle.retain(|connection| !connection.is_closed());
        }
        if idle.len() < IDLE_MOST && !connection.is_closed() {
            idle.push(connection);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<SendRequest<Body>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a connection.
pub(crate) async fn connect(address: SocketAddr) -> io::Result<SendRequest<Body>> {
    let stream = open(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(async move {
        // What goes wrong on it is told to the request that is on it.
        let _ = connection.await;
    });
    Ok(sender)
}

/// As `TcpStream::connect`, but never to itself: when nobody listens on a port of the ephemeral range, the kernel may
/// choose just that port for this end, and the two ends are one.
pub(crate) async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    if stream.local_addr()? == address {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(stream)
}
