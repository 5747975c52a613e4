//! The parts put together.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, StreamExt};
use http::{Request, Response};
use souk_network::{Network, Spans};
use souk_plan::model::{BrokerPlan, PingSourcePlan, TriggerPlan};
use tokio::sync::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::consumers::{Consumers, Shown};
use crate::delivery::Roads;
use crate::event::Stored;
use crate::faults::Faults;
use crate::group::Flusher;
use crate::ingress::Ingress;
use crate::log::{GroupStart, Log, Topic};
use crate::metrics::{self, Metrics};
use crate::ping::Pings;
use crate::{DeliveryFaults, EventLine, OpenError, TriggerStatus, ping};

/// How many past events are shown.
const SHOWN: u32 = 200;

/// What a broker is opened with.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// The folder of its log; made if it is not there.
    pub dir: &'a Path,
    /// Brokers to stand in for.
    pub brokers: &'a [BrokerPlan],
    /// Who listens to them.
    pub triggers: &'a [TriggerPlan],
    /// What sends events by the clock.
    pub ping_sources: &'a [PingSourcePlan],
}

/// All Kafka brokers of a plan, their triggers, and the PingSources. Clones are the same broker.
///
/// When the last clone is dropped without [`Broker::stop`], deliveries break off as in a kill, and are made again after the
/// next start.
#[derive(Clone)]
pub struct Broker {
    inner: Arc<Inner>,
}

struct Inner {
    log: Log,
    ingress: Ingress,
    triggers: Shown,
    consumers: Mutex<Consumers>,
    pings: Mutex<Pings>,
    faults: Faults,
    metrics: Arc<Metrics>,
    flusher: Flusher,
    /// No more deliveries.
    closing: CancellationToken,
    /// Takes nothing more either.
    closed: CancellationToken,
    /// Ends every task of this broker when it goes.
    _alive: DropGuard,
}

impl Broker {
    /// Opens the log and goes on delivering what is left in it; starts the PingSources. What is received and delivered hands its spans
    /// over to `spans`.
    ///
    /// # Errors
    ///
    /// When the log cannot be opened or belongs to a running broker, or when a schedule cannot be understood.
    pub async fn open(
        setup: Setup<'_>,
        network: Arc<dyn Network>,
        spans: Spans,
    ) -> Result<Self, OpenError> {
        let clocks = ping::clocks(setup.ping_sources)?;
        let (log, starts) = open_log(setup).await?;
        let (closing, closed) = (CancellationToken::new(), CancellationToken::new());
        let killed = CancellationToken::new();
        let faults = Faults::default();
        let metrics = Arc::new(Metrics::default());
        let roads = Roads {
            network: Arc::clone(&network),
            log: log.clone(),
            faults: faults.clone(),
            spans: spans.clone(),
            metrics: Arc::clone(&metrics),
            closing: closing.clone(),
        };
        let mut consumers = Consumers::new(roads, killed.clone());
        consumers.start(setup.triggers, &starts);
        let mut pings = Pings::new(network, closing.clone(), killed.clone());
        pings.change(clocks);
        let inner = Inner {
            ingress: Ingress::new(log.clone(), closed.clone(), spans, Arc::clone(&metrics)),
            log,
            flusher: consumers.flusher(),
            triggers: consumers.shown(),
            consumers: Mutex::new(consumers),
            pings: Mutex::new(pings),
            faults,
            metrics,
            closing,
            closed,
            _alive: killed.drop_guard(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// What `kafka-broker-ingress` answers. The path is `/<namespace>/<broker>`.
    pub fn ingress(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        Box::pin(self.inner.ingress.clone().answer(request))
    }

    /// How the triggers fare, in the order of the plan.
    #[must_use]
    pub fn triggers(&self) -> Vec<TriggerStatus> {
        self.inner.triggers.now()
    }

    /// What Prometheus reads of ingress, dispatcher and consumer groups, in its text format.
    #[must_use]
    pub fn metrics(&self) -> String {
        let topics = self.inner.log.topics().iter().map(|topic| &**topic);
        self.inner.metrics.text() + &metrics::offsets(topics, &self.inner.triggers.all())
    }

    /// The triggers at work.
    #[must_use]
    pub fn trigger_plans(&self) -> Vec<TriggerPlan> {
        let all = self.inner.triggers.all();
        all.iter().map(|one| (*one.trigger).clone()).collect()
    }

    /// What speaks against these PingSources, without changing anything.
    ///
    /// # Errors
    ///
    /// When a schedule cannot be understood.
    pub fn check(ping_sources: &[PingSourcePlan]) -> Result<(), OpenError> {
        ping::clocks(ping_sources).map(drop)
    }

    /// Other triggers and PingSources from now on. Those that are as before go on undisturbed; a new trigger starts with the next
    /// event, and one that is no more is forgotten with what it has not taken yet. The brokers stay.
    ///
    /// # Errors
    ///
    /// When the log cannot be written, or a schedule cannot be understood.
    pub async fn change(
        &self,
        triggers: &[TriggerPlan],
        ping_sources: &[PingSourcePlan],
    ) -> Result<(), OpenError> {
        let clocks = ping::clocks(ping_sources)?;
        self.inner.consumers.lock().await.change(triggers).await?;
        self.inner.pings.lock().await.change(clocks);
        Ok(())
    }

    /// The time of day was moved: PingSources look at it now, not with their next look.
    pub async fn look_at_the_clock(&self) {
        self.inner.pings.lock().await.look_at_the_clock();
    }

    /// How deliveries go wrong on purpose.
    #[must_use]
    pub fn delivery_faults(&self) -> Option<DeliveryFaults> {
        self.inner.faults.deliveries()
    }

    /// Lets deliveries go wrong from the next event on, or not any more. Not kept over the end of the broker.
    ///
    /// # Errors
    ///
    /// As [`DeliveryFaults::check`].
    pub fn set_delivery_faults(&self, faults: Option<DeliveryFaults>) -> Result<(), String> {
        faults.as_ref().map_or(Ok(()), DeliveryFaults::check)?;
        self.inner.faults.set_deliveries(faults);
        Ok(())
    }

    /// Whether the disk is full on purpose.
    #[must_use]
    pub fn disk_is_full(&self) -> bool {
        self.inner.faults.disk_full()
    }

    /// Takes all room away from the log, as a full disk does, or gives it back. Not kept over the end of the broker.
    ///
    /// # Errors
    ///
    /// When the log is closed or cannot be written for another reason.
    pub async fn set_disk_full(&self, full: bool) -> Result<(), OpenError> {
        self.inner.log.set_full(full).await?;
        self.inner.faults.set_disk_full(full);
        Ok(())
    }

    /// The newest 200 events of all brokers, oldest first; then, if `follow`, those to come until the broker is stopped.
    #[must_use]
    pub fn events(&self, follow: bool) -> BoxStream<'static, EventLine> {
        let names: HashMap<i64, String> = self
            .inner
            .log
            .topics()
            .iter()
            .flat_map(|topic| {
                topic
                    .partitions()
                    .iter()
                    .map(|one| (one.id, full_name(topic)))
            })
            .collect();
        let line = move |stored: Arc<Stored>| {
            let broker = names.get(&stored.partition_id).cloned();
            EventLine::of(broker.unwrap_or_default(), &stored)
        };
        let closed = self.inner.closed.clone().cancelled_owned();
        let events = self.inner.log.newest(SHOWN, follow).map(line);
        events.take_until(closed).boxed()
    }

    /// Lets attempts under way end for a few seconds and begins no more. Events are still taken, for the next start.
    ///
    /// To be called before the subscribers end: a refusal by one that is on its way out would use up an event's attempts.
    pub async fn stop_delivering(&self) {
        self.inner.closing.cancel();
        self.inner.consumers.lock().await.ended().await;
    }

    /// Takes no more, stops delivering, writes down how far the triggers are, closes the log.
    pub async fn stop(&self) {
        self.inner.closed.cancel();
        self.stop_delivering().await;
        self.inner.flusher.flush().await;
        self.inner.log.close().await;
    }
}

fn full_name(topic: &Topic) -> String {
    format!("{}/{}", topic.name().namespace, topic.name().name)
}

/// SQLite waits for the disk, so this happens where waiting is allowed.
async fn open_log(setup: Setup<'_>) -> Result<(Log, Vec<GroupStart>), OpenError> {
    let dir = setup.dir.to_owned();
    let (brokers, triggers) = (setup.brokers.to_vec(), setup.triggers.to_vec());
    tokio::task::spawn_blocking(move || Log::open(&dir, &brokers, &triggers))
        .await
        .map_err(|error| OpenError::new("the broker's log was not opened", error))?
}
