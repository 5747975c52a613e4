//! The task that looks for what was left behind: soon after the start, when asked, and after a failure.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};

use super::{Backlog, Courier};

/// Not at once: the request that woke the function comes first.
const FIRST_SWEEP_AFTER: Duration = Duration::from_millis(250);
/// What was too young for a sweep is old enough after this time.
const AGAIN_AFTER: Duration = Duration::from_secs(5);
const REQUESTS_MAX: usize = 64;

type Done = oneshot::Sender<Result<(), String>>;

pub(super) enum Wake {
    /// Somebody asks, and may wait for the end.
    Now(Option<Done>),
    /// Something was left behind just now.
    Later,
}

pub(super) struct Sweeper {
    requests: mpsc::Receiver<Wake>,
    backlog: Arc<dyn Backlog>,
    courier: Courier,
    next_at: Option<Instant>,
    /// When something was left behind last, by an earlier process for instance: a sweep that is due before may come too early for it.
    left_at: Option<Instant>,
}

impl Sweeper {
    pub(super) fn start(backlog: Arc<dyn Backlog>, courier: Courier) -> mpsc::Sender<Wake> {
        let (sender, requests) = mpsc::channel(REQUESTS_MAX);
        let now = Instant::now();
        tokio::spawn(
            Self {
                requests,
                backlog,
                courier,
                next_at: Some(now + FIRST_SWEEP_AFTER),
                left_at: Some(now),
            }
            .run(),
        );
        sender
    }

    async fn run(mut self) {
        loop {
            let next_at = self.next_at.unwrap_or_else(Instant::now);
            tokio::select! {
                request = self.requests.recv() => match request {
                    Some(Wake::Now(waiting)) => self.answer(waiting).await,
                    Some(Wake::Later) => self.left_behind(),
                    None => return,
                },
                () = sleep_until(next_at), if self.next_at.is_some() => {
                    let again_at = self.left_at.take().map(|at| at + AGAIN_AFTER);
                    self.next_at = again_at.filter(|at| *at > Instant::now());
                    let _ = self.sweep().await;
                }
            }
        }
    }

    /// Those who asked meanwhile are answered by the same sweep.
    async fn answer(&mut self, waiting: Option<Done>) {
        let mut all: Vec<Done> = waiting.into_iter().collect();
        while let Ok(request) = self.requests.try_recv() {
            match request {
                Wake::Now(waiting) => all.extend(waiting),
                Wake::Later => self.left_behind(),
            }
        }
        let outcome = self.sweep().await;
        for done in all {
            let _ = done.send(outcome.clone());
        }
    }

    async fn sweep(&mut self) -> Result<(), String> {
        let outcome = self.backlog.sweep(&self.courier).await;
        if let Err(error) = &outcome {
            tracing::warn!(%error, "the outbox could not be swept; trying again");
            self.again();
        }
        outcome
    }

    fn left_behind(&mut self) {
        self.left_at = Some(Instant::now());
        self.again();
    }

    fn again(&mut self) {
        self.next_at
            .get_or_insert_with(|| Instant::now() + AGAIN_AFTER);
    }
}
