//! The task that sends what commits hand over, and then forgets it in batches.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{Backlog, Courier, Outgoing, courier::IN_FLIGHT_MAX, sweeper::Wake};

/// Rows that were sent are deleted together: this many, or as many as there are after this time.
const FORGET_EVENTS: usize = 256;
const FORGET_AFTER: Duration = Duration::from_millis(100);
/// While there is traffic, what another instance left behind is looked for this often.
const LOOK_AROUND_EVERY: Duration = Duration::from_secs(30);

pub(super) enum Command {
    Send(Vec<Outgoing>),
    Drain(oneshot::Sender<()>),
}

pub(super) struct Worker {
    queue: mpsc::Receiver<Command>,
    backlog: Arc<dyn Backlog>,
    courier: Courier,
    sweeps: mpsc::Sender<Wake>,
    in_flight: JoinSet<Option<String>>,
    sent: Vec<String>,
    forget_at: Instant,
    looked_around_at: Instant,
}

impl Worker {
    pub(super) fn new(
        queue: mpsc::Receiver<Command>,
        backlog: Arc<dyn Backlog>,
        courier: Courier,
        sweeps: mpsc::Sender<Wake>,
    ) -> Self {
        let now = Instant::now();
        let (in_flight, sent) = (JoinSet::new(), Vec::new());
        Self {
            queue,
            backlog,
            courier,
            sweeps,
            in_flight,
            sent,
            forget_at: now,
            looked_around_at: now,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            tokio::select! {
                command = self.queue.recv(), if self.in_flight.len() < IN_FLIGHT_MAX => match command {
                    Some(Command::Send(events)) => self.send(events),
                    Some(Command::Drain(done)) => {
                        self.finish().await;
                        let _ = done.send(());
                    }
                    None => return self.finish().await,
                },
                Some(outcome) = self.in_flight.join_next() => self.note(outcome.ok().flatten()),
                () = sleep_until(self.forget_at), if !self.sent.is_empty() => self.forget().await,
            }
            if self.sent.len() >= FORGET_EVENTS {
                self.forget().await;
            }
        }
    }

    fn send(&mut self, events: Vec<Outgoing>) {
        for outgoing in events {
            let courier = self.courier.clone();
            self.in_flight
                .spawn(async move { courier.deliver(&outgoing).await.then_some(outgoing.id) });
        }
        if self.looked_around_at.elapsed() > LOOK_AROUND_EVERY {
            self.looked_around_at = Instant::now();
            let _ = self.sweeps.try_send(Wake::Now(None));
        }
    }

    fn note(&mut self, sent: Option<String>) {
        let Some(id) = sent else {
            let _ = self.sweeps.try_send(Wake::Later);
            return;
        };
        if self.sent.is_empty() {
            self.forget_at = Instant::now() + FORGET_AFTER;
        }
        self.sent.push(id);
    }

    /// A row that is not forgotten is sent again by a sweep, which comes soon; receivers recognise it.
    async fn forget(&mut self) {
        let ids = std::mem::take(&mut self.sent);
        if let Err(error) = self.backlog.forget(ids).await {
            tracing::warn!(%error, "events that were sent could not be deleted from the outbox");
            let _ = self.sweeps.try_send(Wake::Later);
        }
    }

    async fn finish(&mut self) {
        while let Some(outcome) = self.in_flight.join_next().await {
            self.note(outcome.ok().flatten());
        }
        if !self.sent.is_empty() {
            self.forget().await;
        }
    }
}
