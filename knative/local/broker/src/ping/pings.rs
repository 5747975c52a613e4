//! All PingSources at work. Others take their places while the broker runs.

use std::sync::Arc;

use chrono::Utc;
use souk_network::Network;
use souk_plan::model::PingSourcePlan;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Clock, run};
use crate::consumers::until;

/// All of them.
pub(crate) struct Pings {
    network: Arc<dyn Network>,
    closing: CancellationToken,
    killed: CancellationToken,
    moved: watch::Sender<()>,
    /// Each ends when its guard is dropped.
    running: Vec<(PingSourcePlan, DropGuard)>,
}

impl Pings {
    /// None yet. All end with either token.
    pub(crate) fn new(
        network: Arc<dyn Network>,
        closing: CancellationToken,
        killed: CancellationToken,
    ) -> Self {
        Self {
            network,
            closing,
            killed,
            moved: watch::Sender::new(()),
            running: Vec::new(),
        }
    }

    /// These from now on; those that are as before go on.
    pub(crate) fn change(&mut self, clocks: Vec<Clock>) {
        let mut before = std::mem::take(&mut self.running);
        for clock in clocks {
            let known = before.iter().position(|(plan, _)| plan == clock.plan());
            let running = match known {
                Some(index) => before.swap_remove(index),
                None => self.start(clock),
            };
            self.running.push(running);
        }
    }

    /// The time of day was moved: who is due by now sends.
    pub(crate) fn look_at_the_clock(&self) {
        self.moved.send_replace(());
    }

    fn start(&self, clock: Clock) -> (PingSourcePlan, DropGuard) {
        let ended = self.closing.child_token();
        let plan = clock.plan().clone();
        let ticking = run(
            clock,
            Arc::clone(&self.network),
            self.moved.subscribe(),
            Utc::now,
        );
        let killed = until(self.killed.clone(), ticking);
        tokio::spawn(until(ended.clone(), killed));
        (plan, ended.drop_guard())
    }
}
