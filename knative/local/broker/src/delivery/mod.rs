//! One event to one subscriber: attempts, replies, dead letters.

mod counters;
mod dead_letter;
mod journey;
mod persist;
mod post;
mod reply;
mod schedule;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use souk_network::{Network, Spans};
use souk_plan::model::TriggerPlan;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::event::{Event, Stored};
use crate::faults::Faults;
use crate::log::{Log, Topic};
use crate::metrics::{Metrics, Part};
use crate::trace::Receiving;
use journey::{Journey, Leg};
use persist::{Waited, persist};
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
    pub(crate) spans: Spans,
    pub(crate) metrics: Arc<Metrics>,
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
        let read_at = Instant::now();
        match self.roads.faults.copies(name, stored.sequence) {
            None => self.deliver_once(stored, 0, read_at).await,
            Some(delays) => {
                let copies = delays
                    .into_iter()
                    .enumerate()
                    .map(|(copy, delay)| self.deliver_late(stored, copy, delay, read_at));
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
    async fn deliver_late(
        &self,
        stored: &Stored,
        copy: usize,
        delay: Duration,
        read_at: Instant,
    ) -> Ending {
        tokio::select! {
            () = sleep(delay) => self.deliver_once(stored, copy, read_at).await,
            () = self.roads.closing.cancelled() => Ending::Interrupted,
        }
    }

    async fn deliver_once(&self, stored: &Stored, copy: usize, read_at: Instant) -> Ending {
        let mut event = stored.to_deliver();
        let event_type = event.attribute("type").unwrap_or_default();
        let metrics = &self.roads.metrics;
        metrics.processed(&self.trigger.object, event_type, read_at.elapsed());
        let subscriber = &self.trigger.subscriber;
        let leg = Leg::Deliver { copy };
        match self.try_all(subscriber, &mut event, stored, leg).await {
            Outcome::Delivered => {
                self.counters.delivered();
                Ending::Settled
            }
            Outcome::Failed(failure) => self.bury(&event, stored, failure).await,
            Outcome::Interrupted => Ending::Interrupted,
        }
    }

    async fn bury(&self, event: &Event, stored: &Stored, failure: Failure) -> Ending {
        self.counters.failed(&failure.why);
        let Some(sink) = &self.trigger.delivery.dead_letter_sink else {
            return self.lose(event, &failure, "there is no dead letter sink");
        };
        let mut letter = dead_letter::letter(event, &self.trigger.subscriber, &failure);
        match self.try_all(sink, &mut letter, stored, Leg::Bury).await {
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

    async fn try_all(&self, url: &str, event: &mut Event, stored: &Stored, leg: Leg) -> Outcome {
        let told = (&self.roads.spans, &*self.counters);
        let journey = Journey::begin(leg, &self.trigger, stored, event, told);
        let event = &*event;
        let outcome = persist(
            &self.schedule,
            || self.try_once(url, event, &journey),
            |failure, wait| {
                journey.retries(failure, wait);
                self.pause(wait)
            },
        )
        .await;
        journey.end(&outcome);
        outcome
    }

    async fn try_once(&self, url: &str, event: &Event, journey: &Journey<'_>) -> Verdict {
        journey.attempted();
        let timeout = self.schedule.timeout();
        let request = match request(url, event, &self.trigger.object.namespace) {
            Ok(request) => request,
            Err(error) => return Verdict::Never(Failure::without_answer(error)),
        };
        let begun = Instant::now();
        let answer = post(&*self.roads.network, request, timeout).await;
        let status = answer.as_ref().ok().map(|answer| answer.status);
        let part = Part::Dispatcher(self.trigger.object.clone());
        let metrics = &self.roads.metrics;
        metrics.dispatched(part, journey.event_type(), status, begun.elapsed());
        match verdict::of(answer) {
            Verdict::Reply(event) => self.store_reply(*event, journey).await,
            other => other,
        }
    }

    /// A reply that cannot be stored makes the delivery fail.
    async fn store_reply(&self, mut reply: Event, journey: &Journey<'_>) -> Verdict {
        let spans = &self.roads.spans;
        let receiving = Receiving::begin(spans, self.topic.name(), &mut reply, journey.context());
        let stored = reply::store(&self.roads.log, &self.topic, reply).await;
        receiving.end(spans, stored.as_ref().copied().map_err(String::as_str));
        match stored {
            Ok(()) => Verdict::Delivered,
            Err(why) => Verdict::Never(Failure::without_answer(why)),
        }
    }

    async fn pause(&self, wait: Duration) -> Waited {
        tokio::select! {
            () = sleep(wait) => Waited::Whole,
            () = self.roads.closing.cancelled() => Waited::CutShort,
        }
    }
}

#[cfg(test)]
mod tests;
