//! The triggers at work. Others take their places while the broker runs; who has not changed goes on undisturbed.

use std::sync::{Arc, PoisonError, RwLock};

use souk_plan::model::TriggerPlan;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::delivery::{Counters, Courier, Roads};
use crate::group::{Consumer, Flusher, Progress};
use crate::log::GroupStart;
use crate::status::Watched;
use crate::{OpenError, TriggerStatus};

/// What people see of the triggers, in the order of the plan, whatever happens to them at this moment.
#[derive(Clone, Default)]
pub(crate) struct Shown(Arc<RwLock<Vec<Arc<Watched>>>>);

impl Shown {
    pub(crate) fn now(&self) -> Vec<TriggerStatus> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        shown.iter().map(|one| one.now()).collect()
    }

    /// The triggers themselves.
    pub(crate) fn all(&self) -> Vec<Arc<Watched>> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }

    fn replace(&self, triggers: Vec<Arc<Watched>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = triggers;
    }
}

/// All of them.
pub(crate) struct Consumers {
    roads: Roads,
    killed: CancellationToken,
    moved: Arc<Notify>,
    flusher: Flusher,
    shown: Shown,
    running: Vec<Running>,
}

/// One of them.
struct Running {
    watched: Arc<Watched>,
    ending: CancellationToken,
    /// None: it has ended.
    task: Option<JoinHandle<()>>,
}

impl Running {
    async fn ended(&mut self) {
        if let Some(task) = self.task.take() {
            // An error: it was killed with the broker.
            let _ = task.await;
        }
    }
}

impl Consumers {
    /// None yet. All end with `killed`.
    pub(crate) fn new(roads: Roads, killed: CancellationToken) -> Self {
        let moved = Arc::new(Notify::new());
        let flusher = Flusher::new(roads.log.clone(), Arc::clone(&moved));
        tokio::spawn(until(killed.clone(), flusher.clone().run()));
        Self {
            roads,
            killed,
            moved,
            flusher,
            shown: Shown::default(),
            running: Vec::new(),
        }
    }

    pub(crate) fn shown(&self) -> Shown {
        self.shown.clone()
    }

    pub(crate) fn flusher(&self) -> Flusher {
        self.flusher.clone()
    }

    /// Starts those of `triggers` that have a group in `starts` and do not run.
    pub(crate) fn start(&mut self, triggers: &[TriggerPlan], starts: &[GroupStart]) {
        let mut before = std::mem::take(&mut self.running);
        for trigger in triggers {
            let known = before
                .iter()
                .position(|one| *one.watched.trigger == *trigger);
            let running = match known {
                Some(index) => Some(before.swap_remove(index)),
                None => {
                    let start = starts.iter().find(|start| start.trigger == trigger.object);
                    start.and_then(|start| self.consume(trigger, start))
                }
            };
            self.running.extend(running);
        }
        let watched: Vec<_> = self
            .running
            .iter()
            .map(|one| Arc::clone(&one.watched))
            .collect();
        let groups = watched.iter().map(|one| Arc::clone(&one.progress));
        self.flusher.know(groups.collect());
        self.shown.replace(watched);
    }

    /// Other triggers than before. Deliveries of those that have changed end first, for a few seconds at most; what is cut off
    /// is delivered again.
    pub(crate) async fn change(&mut self, triggers: &[TriggerPlan]) -> Result<(), OpenError> {
        let stays = |one: &mut Running| triggers.contains(&one.watched.trigger);
        let mut ending: Vec<Running> = self.running.extract_if(.., |one| !stays(one)).collect();
        for one in &ending {
            one.ending.cancel();
        }
        for one in &mut ending {
            one.ended().await;
            one.watched.progress.flush(&self.roads.log).await;
        }
        let starts = self.roads.log.regroup(triggers.to_vec()).await?;
        self.start(triggers, &starts);
        Ok(())
    }

    /// Lets all deliveries under way end for a few seconds; `roads.closing` has told them to.
    pub(crate) async fn ended(&mut self) {
        for one in &mut self.running {
            one.ended().await;
        }
    }

    fn consume(&self, trigger: &TriggerPlan, start: &GroupStart) -> Option<Running> {
        let mut topics = self.roads.log.topics().iter();
        let topic = Arc::clone(topics.find(|topic| *topic.name() == trigger.broker)?);
        let trigger = Arc::new(trigger.clone());
        let counters = Arc::new(Counters::default());
        let progress = Arc::new(Progress::new(start, &topic, Arc::clone(&self.moved)));
        let ending = self.roads.closing.child_token();
        let courier = Courier::new(
            Arc::clone(&trigger),
            Arc::clone(&topic),
            Arc::clone(&counters),
            Roads {
                closing: ending.clone(),
                ..self.roads.clone()
            },
        );
        let consumer = Consumer::new(
            Arc::clone(&trigger),
            &topic,
            start,
            courier,
            Arc::clone(&progress),
            ending.clone(),
        );
        Some(Running {
            watched: Arc::new(Watched {
                trigger,
                progress,
                counters,
            }),
            ending,
            task: Some(tokio::spawn(until(self.killed.clone(), consumer.run()))),
        })
    }
}

pub(crate) async fn until(ended: CancellationToken, task: impl Future<Output = ()>) {
    tokio::select! {
        () = ended.cancelled() => (),
        () = task => (),
    }
}
