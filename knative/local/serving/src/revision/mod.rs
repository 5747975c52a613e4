//! One revision: what its requests see of it, and the task that owns its instances.

mod state;
mod task;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use souk_plan::model::ServicePlan;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::balancer::Balancer;
use crate::instance::Instance;
use crate::port::Ports;
use crate::queue_proxy::limits::Limits;
use crate::{FunctionStatus, InstanceState, InstanceStatus, Launcher};
use task::{Stop, Task};

/// What its requests and `ps` see of a revision.
pub(crate) struct Revision {
    service: Arc<ServicePlan>,
    limits: Limits,
    started: Instant,
    balancer: Mutex<Balancer>,
    wanted: Notify,
    overview: watch::Receiver<Overview>,
    stop: mpsc::Sender<Stop>,
}

/// What the task lets others see.
#[derive(Debug, Clone, Default)]
struct Overview {
    instances: Vec<(Arc<Instance>, InstanceState)>,
    desired: u32,
    cold_starts: u64,
}

impl Revision {
    /// Starts as many instances as `min-scale` says.
    pub(crate) fn start(
        service: ServicePlan,
        launcher: Arc<dyn Launcher>,
        ports: Ports,
    ) -> Arc<Self> {
        let (show, overview) = watch::channel(Overview::default());
        let (stop, stops) = mpsc::channel(1);
        let revision = Arc::new(Self {
            limits: Limits::of(&service),
            balancer: Mutex::new(Balancer::new(service.container_concurrency)),
            service: Arc::new(service),
            started: Instant::now(),
            wanted: Notify::new(),
            overview,
            stop,
        });
        let task = Task::new(Arc::clone(&revision), launcher, ports, show);
        tokio::spawn(task.run(stops));
        revision
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

    pub(crate) fn status(&self) -> FunctionStatus {
        let now = self.now();
        let (waiting, failing, last_arrival) = {
            let mut balancer = self.balancer();
            let last_arrival = balancer.load().last_arrival();
            (balancer.waiting(), balancer.failing(now), last_arrival)
        };
        let overview = self.overview.borrow();
        let instance = |(instance, state): &(Arc<Instance>, InstanceState)| InstanceStatus {
            pid: instance.pid(),
            port: instance.address().port(),
            state: *state,
            in_flight: instance.in_flight(),
        };
        FunctionStatus {
            name: self.service.object.name.clone(),
            namespace: self.service.object.namespace.clone(),
            revision: self.service.revision.clone(),
            instances: overview.instances.iter().map(instance).collect(),
            desired: overview.desired,
            cold_starts: overview.cold_starts,
            waiting,
            last_request_at: last_arrival.and_then(|at| {
                let ago = TimeDelta::from_std(now.saturating_sub(at)).ok()?;
                Utc::now().checked_sub_signed(ago)
            }),
            failing: failing.map(|why| why.to_string()),
        }
    }

    /// No new requests, and no process is left when this returns.
    pub(crate) async fn stop(&self) {
        self.balancer().stop();
        let (done, ended) = oneshot::channel();
        if self.stop.send(done).await.is_ok() {
            // An error: somebody else's stop was done first.
            let _ = ended.await;
        }
    }
}
