//! One revision: what its requests see of it, and the task that owns its instances.

mod state;
mod task;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use souk_plan::model::{ObjectName, ServicePlan};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::balancer::Balancer;
use crate::instance::Instance;
use crate::metrics::Metrics;
use crate::port::Ports;
use crate::process::Order;
use crate::queue_proxy::limits::Limits;
use crate::{InstanceState, InstanceStatus, Launcher, RevisionStatus};
use task::{Stop, Task};

/// Whether requests may come to a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It is new: instances are started to see whether they come up.
    Tried,
    /// A route points at it.
    Reachable,
    /// None does: it goes to zero when it is idle.
    Unreachable,
}

/// What its requests and `ps` see of a revision.
pub(crate) struct Revision {
    service: Arc<ServicePlan>,
    limits: Limits,
    started: Instant,
    balancer: Mutex<Balancer>,
    wanted: Notify,
    reach: watch::Sender<Reach>,
    overview: watch::Receiver<Overview>,
    signs: watch::Receiver<Signs>,
    stop: mpsc::Sender<Stop>,
    metrics: Metrics,
}

/// Whether it comes up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Signs {
    /// As many instances as are wanted at first have been ready at the same time.
    pub(crate) up: bool,
    /// Its processes end again and again, or were not ready in time.
    pub(crate) failure: Option<Arc<str>>,
}

/// What the task lets others see.
#[derive(Debug, Clone, Default)]
struct Overview {
    instances: Vec<(Arc<Instance>, InstanceState)>,
    desired: u32,
    cold_starts: u64,
}

impl Revision {
    /// Starts as many instances as `min-scale` says if it is reachable, and one at least if it is tried.
    pub(crate) fn start(
        service: ServicePlan,
        launcher: Arc<dyn Launcher>,
        ports: Ports,
        reach: Reach,
    ) -> Arc<Self> {
        let (show, overview) = watch::channel(Overview::default());
        let (give, signs) = watch::channel(Signs::default());
        // One to retire, one to stop.
        let (stop, stops) = mpsc::channel(2);
        let revision = Arc::new(Self {
            limits: Limits::of(&service),
            balancer: Mutex::new(Balancer::new(service.container_concurrency)),
            service: Arc::new(service),
            started: Instant::now(),
            wanted: Notify::new(),
            reach: watch::Sender::new(reach),
            overview,
            signs,
            stop,
            metrics: Metrics::default(),
        });
        let show = task::Show {
            overview: show,
            signs: give,
        };
        let task = Task::new(Arc::clone(&revision), launcher, ports, show);
        tokio::spawn(task.run(stops));
        revision
    }

    /// Its Service.
    pub(crate) fn service(&self) -> &ObjectName {
        &self.service.object
    }

    pub(crate) fn name(&self) -> &str {
        &self.service.revision
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(crate) fn signs(&self) -> watch::Receiver<Signs> {
        self.signs.clone()
    }

    /// A route points at it now, or no longer does.
    pub(crate) fn set_reach(&self, reach: Reach) {
        self.reach.send_if_modified(|now| {
            let changed = *now != reach;
            *now = reach;
            changed
        });
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Time since the revision was started.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Held for moments only, and never across an await.
    pub(crate) fn balancer(&self) -> MutexGuard<'_, Balancer> {
        self.balancer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request found no instance with room.
    pub(crate) fn wake(&self) {
        self.wanted.notify_one();
    }

    /// What its instances do; what its Service knows of it is left open.
    pub(crate) fn status(&self) -> RevisionStatus {
        let now = self.now();
        let (waiting, failing, last_arrival) = {
            let mut balancer = self.balancer();
            let last_arrival = balancer.load().last_arrival();
            (balancer.waiting(), balancer.failing(now), last_arrival)
        };
        let overview = self.overview.borrow();
        let instance = |(instance, state): &(Arc<Instance>, InstanceState)| InstanceStatus {
            revision: self.service.revision.clone(),
            pid: instance.pid(),
            port: instance.address().port(),
            state: *state,
            in_flight: instance.in_flight(),
        };
        RevisionStatus {
            instances: overview.instances.iter().map(instance).collect(),
            desired: overview.desired,
            cold_starts: overview.cold_starts,
            waiting,
            last_request_at: last_arrival.and_then(|at| {
                let ago = TimeDelta::from_std(now.saturating_sub(at)).ok()?;
                Utc::now().checked_sub_signed(ago)
            }),
            failing: failing.map(|why| why.to_string()),
            ..RevisionStatus::default()
        }
    }

    /// No new requests; those under way end in their own time, and with them the processes.
    pub(crate) fn retire(&self) {
        self.balancer().stop();
        let done = oneshot::channel().0;
        // Full: it is on its way out already.
        let _ = self.stop.try_send(Stop {
            order: Order::Drain,
            done,
        });
    }

    /// Its task has ended, and so have its processes.
    pub(crate) fn has_ended(&self) -> bool {
        self.stop.is_closed()
    }

    /// No new requests, and no process is left when this returns.
    pub(crate) async fn stop(&self) {
        self.balancer().stop();
        let (done, ended) = oneshot::channel();
        let order = Order::Stop;
        if self.stop.send(Stop { order, done }).await.is_ok() {
            // An error: somebody else's stop was done first.
            let _ = ended.await;
        }
    }
}
