//! One process as those see it who send requests to it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::Notify;

use crate::pool::Pool;

/// Shared by the requests in it, its supervisor and the revision's task. Who gets which request is the balancer's.
#[derive(Debug)]
pub(crate) struct Instance {
    id: u32,
    address: SocketAddr,
    pid: AtomicU32,
    in_flight: AtomicU32,
    draining: AtomicBool,
    quiet: Notify,
    pool: Pool,
}

impl Instance {
    pub(crate) fn new(id: u32, port: u16) -> Self {
        Self {
            id,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            pid: AtomicU32::new(0),
            in_flight: AtomicU32::new(0),
            draining: AtomicBool::new(false),
            quiet: Notify::new(),
            pool: Pool::default(),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        Some(self.pid.load(Ordering::Relaxed)).filter(|&pid| pid != 0)
    }

    pub(crate) fn started(&self, pid: Option<u32>) {
        self.pid.store(pid.unwrap_or_default(), Ordering::Relaxed);
    }

    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::SeqCst)
    }

    /// A request is given to it.
    pub(crate) fn enter(&self) {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
    }

    /// The request's answer has ended.
    pub(crate) fn leave(&self) {
        // Sequentially consistent with `drained`: one of the two sees what the other wrote.
        let last = self.in_flight.fetch_sub(1, Ordering::SeqCst) == 1;
        if last && self.draining.load(Ordering::SeqCst) {
            self.quiet.notify_one();
        }
    }

    /// From now on it gets no requests; waits until it has none.
    pub(crate) async fn drained(&self) {
        self.draining.store(true, Ordering::SeqCst);
        while self.in_flight() > 0 {
            self.quiet.notified().await;
        }
    }
}
