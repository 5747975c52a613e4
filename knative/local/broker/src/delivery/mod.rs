//! One event to one subscriber: attempts, replies, dead letters.

mod counters;
mod dead_letter;
mod post;
mod reply;
mod schedule;
mod trace;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use souk_network::Network;
use souk_plan::model::TriggerPlan;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::event::{Event, Stored};
use crate::faults::Faults;
use crate::log::{Log, Topic};
use schedule::Schedule;
use verdict::{Failure, Verdict};

pub(crate) use counters::{Counters, Counts};
use post::request;
pub(crate) use post::{Answer, message, post};

/// Whether the group may go past the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was delivered, buried or lost.
    Settled,
    /// The broker closes; the event has to be delivered again.
    Interrupted,
}

/// How a chain of attempts ended.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Delivered,
    Failed(Failure),
    Interrupted,
}

/// What a courier needs of the others.
#[derive(Clone)]
pub(crate) struct Roads {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) closing: CancellationToken,
}

/// Delivers for one trigger.
pub(crate) struct Courier {
    trigger: Arc<TriggerPlan>,
    topic: Arc<Topic>,
    counters: Arc<Counters>,
    schedule: Schedule,
    roads: Roads,
}

impl Courier {
    pub(crate) fn new(
        trigger: Arc<TriggerPlan>,
        topic: Arc<Topic>,
        counters: Arc<Counters>,
        roads: Roads,
    ) -> Self {
        Self {
            schedule: Schedule::of(&trigger.delivery),
            trigger,
            topic,
            counters,
            roads,
        }
    }

    pub(crate) fn log(&self) -> &Log {
        &self.roads.log
    }

    /// Tries until it is delivered, buried or lost.
    pub(crate) async fn deliver(&self, stored: &Stored) -> Ending {
        let name = &self.trigger.object.name;
        match self.roads.faults.copies(name, stored.sequence) {
            None => self.deliver_once(stored).await,
            Some(delays) => {
                let copies = delays
                    .into_iter()
                    .map(|delay| self.deliver_late(stored, delay));
                let endings = join_all(copies).await;
                let interrupted = endings.contains(&Ending::Interrupted);
                if interrupted {
                    Ending::Interrupted
                } else {
                    Ending::Settled
                }
            }
        }
    }

    /// One of the copies that somebody asked for.
    async fn deliver_late(&self, stored: &Stored, delay: Duration) -> Ending {
        tokio::select! {
            () = sleep(delay) => self.deliver_once(stored).await,
            () = self.roads.closing.cancelled() => Ending::Interrupted,
        }
    }

    async fn deliver_once(&self, stored: &Stored) -> Ending {
        let event = stored.to_deliver();
        match self.try_all(&self.trigger.subscriber, &event).await {
            Outcome::Delivered => {
                self.counters.delivered();
                Ending::Settled
            }
            Outcome::Failed(failure) => self.bury(&event, failure).await,
            Outcome::Interrupted => Ending::Interrupted,
        }
    }

    async fn bury(&self, event: &Event, failure: Failure) -> Ending {
        self.counters.failed(&failure.why);
        let Some(sink) = &self.trigger.delivery.dead_letter_sink else {
            return self.lose(event, &failure, "there is no dead letter sink");
        };
        let letter = dead_letter::letter(event, &self.trigger.subscriber, &failure);
        match self.try_all(sink, &letter).await {
            Outcome::Delivered => {
                self.counters.dead_lettered();
                let (trigger, event, why) = self.words(event, &failure);
                tracing::warn!(trigger, event, why, "an event went to the dead letters");
                Ending::Settled
            }
            Outcome::Failed(again) => {
                let and = format!("the dead letter sink does not take it: {}", again.why);
                self.lose(event, &failure, &and)
            }
            Outcome::Interrupted => Ending::Interrupted,
        }
    }

    /// As the Kafka broker does, but not without a word.
    fn lose(&self, event: &Event, failure: &Failure, and: &str) -> Ending {
        self.counters.lost();
        let (trigger, event, why) = self.words(event, failure);
        tracing::error!(trigger, event, why, and, "AN EVENT IS LOST");
        Ending::Settled
    }

    fn words<'a>(&'a self, event: &Event, failure: &'a Failure) -> (&'a str, String, &'a str) {
        (&self.trigger.object.name, event.named(), &failure.why)
    }

    async fn try_all(&self, url: &str, event: &Event) -> Outcome {
        persist(
            &self.schedule,
            || self.try_once(url, event),
            |wait| self.pause(wait),
        )
        .await
    }

    async fn try_once(&self, url: &str, event: &Event) -> Verdict {
        let timeout = self.schedule.timeout();
        let request = match request(url, event, &self.trigger.object.namespace) {
            Ok(request) => request,
            Err(error) => return Verdict::Never(Failure::without_answer(error)),
        };
        match verdict::of(post(&*self.roads.network, request, timeout).await) {
            Verdict::Reply(event) => self.store_reply(*event).await,
            other => other,
        }
    }

    /// A reply that cannot be stored makes the delivery fail.
    async fn store_reply(&self, reply: Event) -> Verdict {
        match reply::store(&self.roads.log, &self.topic, reply).await {
            Ok(()) => Verdict::Delivered,
            Err(why) => Verdict::Never(Failure::without_answer(why)),
        }
    }

    async fn pause(&self, wait: Duration) -> Waited {
        self.counters.retried();
        tokio::select! {
            () = sleep(wait) => Waited::Whole,
            () = self.roads.closing.cancelled() => Waited::CutShort,
        }
    }
}

/// How a wait between two attempts ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waited {
    Whole,
    CutShort,
}

/// Attempts until one is final, or the schedule has no further wait.
async fn persist<A, P>(
    schedule: &Schedule,
    mut attempt: impl FnMut() -> A,
    mut pause: impl FnMut(Duration) -> P,
) -> Outcome
where
    A: Future<Output = Verdict>,
    P: Future<Output = Waited>,
{
    let mut waits = schedule.waits();
    loop {
        let failure = match attempt().await {
            // An attempt has stored its reply before it says so.
            Verdict::Delivered | Verdict::Reply(_) => return Outcome::Delivered,
            Verdict::Never(failure) => return Outcome::Failed(failure),
            Verdict::Later(failure) => failure,
        };
        let Some(wait) = waits.next() else {
            return Outcome::Failed(failure);
        };
        if pause(wait).await == Waited::CutShort {
            return Outcome::Interrupted;
        }
    }
}

#[cfg(test)]
mod tests;
