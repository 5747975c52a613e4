//! A port of this machine that stays the same and leads to whichever server it is told: what a Service is on a cluster.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// More than PostgreSQL takes; whoever comes above that waits in the listener's queue.
const CONNECTIONS_MAX: usize = 512;
const TRIED_EVERY: Duration = Duration::from_millis(20);
/// After accepting has failed, as it does when there are too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Passes connections on to another port of 127.0.0.1.
#[derive(Debug)]
pub struct Forwarder {
    port: u16,
    target: watch::Sender<Option<u16>>,
    accepting: JoinHandle<()>,
}

impl Forwarder {
    /// Takes connections from now on. Leading nowhere yet, it keeps each waiting for `patience` and then closes it.
    ///
    /// # Errors
    ///
    /// When the listener cannot be used.
    pub fn start(listener: std::net::TcpListener, patience: Duration) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let port = listener.local_addr()?.port();
        let (target, leads_to) = watch::channel(None);
        let accepting = tokio::spawn(accept(listener, leads_to, patience));
        Ok(Self {
            port,
            target,
            accepting,
        })
    }

    /// The port that stays the same.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it leads from now on. What leads elsewhere is cut.
    pub fn lead_to(&self, port: Option<u16>) {
        self.target.send_if_modified(|now| {
            let changes = *now != port;
            *now = port;
            changes
        });
    }

    /// Where it leads now.
    #[must_use]
    pub fn target(&self) -> Option<u16> {
        *self.target.borrow()
    }
}

impl Drop for Forwarder {
    /// The connections end as well: what they watch is gone.
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, target: watch::Receiver<Option<u16>>, patience: Duration) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((client, _)) => {
                let target = target.clone();
                tokio::spawn(async move {
                    pass_on(client, target, patience).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection to PostgreSQL was not taken");
                sleep(PAUSE).await;
            }
        }
    }
}

async fn pass_on(
    mut client: TcpStream,
    mut target: watch::Receiver<Option<u16>>,
    patience: Duration,
) {
    let Some((port, mut server)) = reach(&mut target, patience).await else {
        return;
    };
    // Each message is small and waited for.
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => (),
        _ = target.wait_for(|now| *now != Some(port)) => (),
    }
}

/// A connection to wherever it leads; servers that are being started refuse for a moment.
async fn reach(
    target: &mut watch::Receiver<Option<u16>>,
    patience: Duration,
) -> Option<(u16, TcpStream)> {
    let deadline = Instant::now() + patience;
    loop {
        let now = *target.borrow_and_update();
        if let Some(port) = now {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            if let Ok(server) = TcpStream::connect(address).await {
                return Some((port, server));
            }
        }
        if Instant::now() >= deadline {
            return None;
        }
        tokio::select! {
            changed = target.changed() => changed.ok()?,
            () = sleep(TRIED_EVERY) => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    /// A server that says its letter to everybody and then listens.
    async fn server(letter: u8) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut open = Vec::new();
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                client.write_all(&[letter]).await.unwrap();
                open.push(client);
            }
        });
        port
    }

    fn forwarder(patience: Duration) -> Forwarder {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        Forwarder::start(listener, patience).unwrap()
    }

    async fn client(forwarder: &Forwarder) -> TcpStream {
        let address = (Ipv4Addr::LOCALHOST, forwarder.port());
        TcpStream::connect(address).await.unwrap()
    }

    #[tokio::test]
    async fn a_new_target_cuts_what_led_to_the_old_one() {
        let (a, b, forwarder) = (server(b'a').await, server(b'b').await, forwarder(LONG));
        forwarder.lead_to(Some(a));
        let mut first = client(&forwarder).await;
        assert_eq!(first.read_u8().await.unwrap(), b'a');
        forwarder.lead_to(Some(a));
        forwarder.lead_to(Some(b));
        assert!(first.read_u8().await.is_err(), "it still leads somewhere");
        assert_eq!(client(&forwarder).await.read_u8().await.unwrap(), b'b');
    }

    #[tokio::test]
    async fn whoever_comes_while_it_leads_nowhere_waits_for_the_next_target() {
        let forwarder = forwarder(LONG);
        let mut early = client(&forwarder).await;
        forwarder.lead_to(Some(server(b'a').await));
        assert_eq!(early.read_u8().await.unwrap(), b'a');
    }

    #[tokio::test]
    async fn without_patience_a_connection_that_leads_nowhere_is_closed() {
        let forwarder = forwarder(Duration::ZERO);
        assert!(client(&forwarder).await.read_u8().await.is_err());
    }
}
