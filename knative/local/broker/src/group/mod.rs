//! A trigger's consumer group: reads the partitions, lets through what the filter wants, and keeps a window in flight.

mod flusher;
mod lane;
mod offsets;
mod progress;

use std::sync::Arc;
use std::time::Duration;

use souk_plan::model::TriggerPlan;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::delivery::{Courier, Ending};
use crate::filter;
use crate::log::{GroupStart, Log, Topic};
use lane::Lane;

pub(crate) use flusher::Flusher;
pub(crate) use progress::Progress;

/// How many events of a partition may be under way. An ordered trigger has one.
const WINDOW: usize = 50;
/// After a read that failed.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// What is under way at the end may go on for so long. What waits for its next attempt does not.
const FINISHED_WITHIN: Duration = Duration::from_secs(5);

/// One trigger at work.
pub(crate) struct Consumer {
    trigger: Arc<TriggerPlan>,
    log: Log,
    courier: Arc<Courier>,
    progress: Arc<Progress>,
    lanes: Vec<Lane>,
    deliveries: JoinSet<Delivered>,
    appended: watch::Receiver<i64>,
    closing: CancellationToken,
}

/// What a delivery's task gives back.
struct Delivered {
    lane: usize,
    offset: u64,
    ending: Ending,
}

/// Whether everything was read that may be.
#[derive(PartialEq, Eq)]
enum Filled {
    Yes,
    ReadFailed,
}

impl Consumer {
    pub(crate) fn new(
        trigger: Arc<TriggerPlan>,
        topic: &Arc<Topic>,
        start: &GroupStart,
        courier: Courier,
        progress: Arc<Progress>,
        closing: CancellationToken,
    ) -> Self {
        let window = if trigger.ordered { 1 } else { WINDOW };
        let lane = |partition| Lane::new(Arc::clone(partition), start, window);
        Self {
            lanes: topic.partitions().iter().map(lane).collect(),
            log: courier.log().clone(),
            courier: Arc::new(courier),
            appended: topic.appended(),
            deliveries: JoinSet::new(),
            trigger,
            progress,
            closing,
        }
    }

    /// Delivers until the broker closes.
    pub(crate) async fn run(mut self) {
        loop {
            // Marked as seen before reading: what is appended meanwhile wakes again.
            self.appended.borrow_and_update();
            let filled = self.fill().await;
            tokio::select! {
                biased;
                () = self.closing.cancelled() => break,
                Some(delivered) = self.deliveries.join_next() => self.settle_all(delivered),
                changed = self.appended.changed() => if changed.is_err() { break },
                () = sleep(READ_AGAIN_AFTER), if filled == Filled::ReadFailed => (),
            }
        }
        self.finish().await;
    }

    /// Reads and starts whatever there is room for.
    async fn fill(&mut self) -> Filled {
        let mut filled = Filled::Yes;
        for number in 0..self.lanes.len() {
            if let Err(error) = self.fill_lane(number).await {
                tracing::error!(trigger = self.trigger.object.name, %error, "the broker's log cannot be read");
                filled = Filled::ReadFailed;
            }
        }
        filled
    }

    async fn fill_lane(&mut self, number: usize) -> rusqlite::Result<()> {
        loop {
            let lane = &mut self.lanes[number];
            lane.refill(&self.log).await?;
            let Some(event) = lane.take() else {
                break;
            };
            if filter::matches(&self.trigger.filters, &event) {
                lane.offsets.start(event.offset);
                let courier = Arc::clone(&self.courier);
                self.deliveries.spawn(async move {
                    let ending = courier.deliver(&event).await;
                    Delivered {
                        lane: number,
                        offset: event.offset,
                        ending,
                    }
                });
            } else {
                lane.offsets.pass(event.offset);
            }
        }
        self.report(number);
        Ok(())
    }

    fn settle_all(&mut self, first: Result<Delivered, JoinError>) {
        self.settle(first);
        while let Some(delivered) = self.deliveries.try_join_next() {
            self.settle(delivered);
        }
    }

    fn settle(&mut self, delivered: Result<Delivered, JoinError>) {
        match delivered {
            Ok(Delivered {
                lane,
                offset,
                ending: Ending::Settled,
            }) => {
                self.lanes[lane].offsets.finish(offset);
                self.report(lane);
            }
            // Stays uncommitted, and is delivered again after the next start.
            Ok(_) => (),
            Err(error) => {
                let trigger = &self.trigger.object.name;
                tracing::error!(trigger, %error, "a delivery broke off; the event is delivered again after the next start");
            }
        }
    }

    fn report(&self, number: usize) {
        let offsets = &self.lanes[number].offsets;
        self.progress
            .set(number, offsets.committed(), offsets.in_flight());
    }

    async fn finish(mut self) {
        let deadline = Instant::now() + FINISHED_WITHIN;
        while let Ok(Some(delivered)) = timeout_at(deadline, self.deliveries.join_next()).await {
            self.settle_all(delivered);
        }
        if !self.deliveries.is_empty() {
            let (trigger, count) = (&self.trigger.object.name, self.deliveries.len());
            tracing::warn!(
                trigger,
                count,
                "deliveries were cut off; they are made again after the next start"
            );
        }
    }
}
