//! The life of one process: started, probed, watched, and ended.

use std::io;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use souk_plan::model::ServicePlan;
use tokio::process::Child;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use crate::instance::Instance;
use crate::port::Port;
use crate::{Launcher, probe, system};

/// What Kubernetes leaves a process that gets SIGTERM only at the end of its grace period.
const LEFT_AFTER_SIGTERM: Duration = Duration::from_secs(2);
/// What a process has when the shop closes.
const LEFT_AT_STOP: Duration = Duration::from_secs(8);

/// What the revision's task hears of an instance.
#[derive(Debug)]
pub(crate) enum Event {
    /// Its readiness probe has succeeded.
    Ready(u32),
    /// It was ready, and its probe fails now.
    Unready(u32),
    /// Its process has ended, or could not be started; how.
    Ended(u32, String),
}

/// What the revision's task wants of an instance. Each stands above the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    /// Live.
    Run,
    /// Finish the requests under way, then end.
    Drain,
    /// End at once.
    Stop,
}

/// Looks after one process.
pub(crate) struct Supervisor {
    pub(crate) service: Arc<ServicePlan>,
    pub(crate) instance: Arc<Instance>,
    /// Given back when the process has ended.
    pub(crate) port: Port,
    pub(crate) launcher: Arc<dyn Launcher>,
    pub(crate) orders: watch::Receiver<Order>,
    pub(crate) events: mpsc::Sender<Event>,
}

impl Supervisor {
    /// Starts the process and stays until it has ended.
    pub(crate) async fn run(mut self) {
        let variables = runtime_contract(&self.service, self.port.number());
        let how = match self.launcher.launch(&self.service, variables).await {
            Ok(child) => self.live(child).await,
            Err(error) => format!("cannot be started: {error}"),
        };
        self.tell(Event::Ended(self.instance.id(), how)).await;
    }

    async fn live(&mut self, mut child: Child) -> String {
        self.instance.started(child.id());
        let _left_behind = LeftBehind(child.id());
        let mut orders = self.orders.clone();
        let ended = tokio::select! {
            how = child.wait() => Some(how),
            () = self.watch_readiness() => None,
            () = ordered(&mut orders, Order::Drain) => None,
        };
        let how = match ended {
            Some(how) => how,
            None => self.end(&mut child).await,
        };
        match how {
            Ok(status) => status.to_string(),
            Err(error) => format!("cannot be waited for: {error}"),
        }
    }

    /// Tells each change; never ends.
    async fn watch_readiness(&self) {
        let (probe, address) = (&self.service.readiness, self.instance.address());
        loop {
            probe::until_ready(probe, address).await;
            self.tell(Event::Ready(self.instance.id())).await;
            probe::until_unready(probe, address).await;
            self.tell(Event::Unready(self.instance.id())).await;
        }
    }

    /// Knative's sequence, but for the quiet time: an instance is ended when it has been idle for long. SIGTERM when no
    /// request is under way, at `timeoutSeconds` at the latest; SIGKILL then.
    async fn end(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
        let grace_ends = Instant::now() + Duration::from_secs(self.service.timeout_seconds);
        tokio::select! {
            how = child.wait() => return how,
            () = self.instance.drained() => {}
            () = sleep_until(grace_ends) => {}
            () = ordered(&mut self.orders, Order::Stop) => {}
        }
        if let Some(pid) = child.id()
            && let Err(error) = system::terminate(pid)
        {
            tracing::warn!(pid, %error, "SIGTERM was not sent");
        }
        let grace_ends = grace_ends.max(Instant::now() + LEFT_AFTER_SIGTERM);
        let stopped = async {
            ordered(&mut self.orders, Order::Stop).await;
            sleep(LEFT_AT_STOP).await;
        };
        tokio::select! {
            how = child.wait() => return how,
            () = sleep_until(grace_ends) => {}
            () = stopped => {}
        }
        tracing::warn!(
            function = self.service.object.name,
            pid = child.id(),
            "did not end in time after SIGTERM and is killed"
        );
        child.kill().await?;
        child.wait().await
    }

    async fn tell(&self, event: Event) {
        // Nobody listens any more when the runtime itself goes down.
        let _ = self.events.send(event).await;
    }
}

/// What a process started and left behind ends with it, as it does in a container: a script's server would go on.
struct LeftBehind(Option<u32>);

impl Drop for LeftBehind {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            system::kill_group(leader);
        }
    }
}

async fn ordered(orders: &mut watch::Receiver<Order>, least: Order) {
    // When the task is gone, so is who could want the instance to live: it ends as when ordered.
    let _ = orders.wait_for(|order| *order >= least).await;
}

/// `specs/serving/runtime-contract.md`. A Configuration has its Service's name.
fn runtime_contract(service: &ServicePlan, port: u16) -> Vec<(String, String)> {
    let name = &service.object.name;
    [
        ("PORT", port.to_string()),
        ("K_SERVICE", name.clone()),
        ("K_CONFIGURATION", name.clone()),
        ("K_REVISION", service.revision.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
