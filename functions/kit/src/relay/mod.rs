//! Sends what was committed to an outbox: woken by the commit, with what it was handed.
//!
//! It knows no store. What a crash, a full queue or a silent sink left behind is found by sweeping the store, at start
//! and on demand; it never polls, so that a function with nothing to do can be put to sleep.

mod courier;
mod outgoing;
mod sweeper;
mod worker;

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

pub(crate) use courier::Courier;
pub use outgoing::EmitError;
pub(crate) use outgoing::Outgoing;

use crate::Sink;
use sweeper::{Sweeper, Wake};
use worker::{Command, Worker};

/// How many commits may wait for the relay before the rest is left to a sweep.
const QUEUE_COMMITS_MAX: usize = 1024;

/// The store's side of an outbox.
pub(crate) trait Backlog: Send + Sync + 'static {
    /// Forgets events that were sent.
    fn forget(&self, ids: Vec<String>) -> BoxFuture<'_, Result<(), String>>;

    /// Sends everything that has waited longer than it should.
    fn sweep<'a>(&'a self, courier: &'a Courier) -> BoxFuture<'a, Result<(), String>>;
}

/// The way to the relay of one outbox.
#[derive(Clone)]
pub struct Relay {
    commands: mpsc::Sender<Command>,
    sweeps: mpsc::Sender<Wake>,
}

impl Relay {
    /// Starts the two tasks; they end with the process or after [`Relay::drained`].
    pub(crate) fn start(backlog: Arc<dyn Backlog>, sink: Sink) -> Self {
        let courier = Courier::new(sink);
        let sweeps = Sweeper::start(Arc::clone(&backlog), courier.clone());
        let (commands, queue) = mpsc::channel(QUEUE_COMMITS_MAX);
        tokio::spawn(Worker::new(queue, backlog, courier, sweeps.clone()).run());
        Self { commands, sweeps }
    }

    /// Hands over what was just committed. It does not wait: what does not fit is left to the next sweep.
    pub(crate) fn hand(&self, events: Vec<Outgoing>) {
        if !events.is_empty() && self.commands.try_send(Command::Send(events)).is_err() {
            tracing::warn!("the relay is behind; events are left to the next sweep");
            self.left_behind();
        }
    }

    /// Something may lie in the outbox that nobody hands over: it is looked for soon.
    pub(crate) fn left_behind(&self) {
        let _ = self.sweeps.try_send(Wake::Later);
    }

    /// Sends what was left behind; done when it is sent.
    pub async fn sweep(&self) -> Result<(), String> {
        let (done, answer) = oneshot::channel();
        self.sweeps
            .send(Wake::Now(Some(done)))
            .await
            .map_err(|_| "the relay has ended".to_owned())?;
        answer
            .await
            .map_err(|_| "the relay ended in the middle of a sweep".to_owned())?
    }

    /// Done when everything handed over so far is sent or given up.
    pub async fn drained(&self) {
        let (done, answer) = oneshot::channel();
        if self.commands.send(Command::Drain(done)).await.is_ok() {
            let _ = answer.await;
        }
    }
}
