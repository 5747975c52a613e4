//! Serving, broker and gateway: started so that each finds the others by name, stopped from the outside in.

mod handles;

use std::net::TcpListener;
use std::sync::Arc;

use souk_broker::{Broker, Setup};
use souk_console::Telemetry;
use souk_gateway::Gateway;
use souk_network::{Proxy, Spans};
use souk_plan::model::{ObjectName, Plan};
use souk_serving::Serving;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cluster::Cluster;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::faults::{Dead, Faults};
use crate::function::FunctionLauncher;
use crate::gate::Gate;
use crate::launcher::Launcher;
use crate::metrics::{self, Counted, FunctionMetrics};
use crate::operator::Config;
use crate::planning;
use crate::remembered::Remembered;
use crate::source::Source;

pub(crate) use handles::Handles;

/// The running parts that requests and events go through.
pub(crate) struct Wiring {
    cluster: Arc<Cluster>,
    proxy: Proxy,
    serving: Serving,
    broker: Broker,
    default_broker: Option<ObjectName>,
    dead: Dead,
    gateway: JoinHandle<std::io::Result<()>>,
    close: CancellationToken,
}

/// What they are made of.
pub(crate) struct Parts<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) config: Config,
    pub(crate) source: Source,
    pub(crate) data_dir: &'a DataDir,
    pub(crate) launcher: Launcher,
    pub(crate) listener: TcpListener,
    pub(crate) gate: Gate,
    /// Where gateway, activator and broker hand their spans over.
    pub(crate) spans: Spans,
    /// Who takes what functions tell of themselves.
    pub(crate) telemetry: Telemetry,
}

impl Wiring {
    /// Starts them; the gateway last, so that nobody is turned away by a shop that is half open.
    pub(crate) async fn start(parts: Parts<'_>) -> Outcome<Self> {
        let cluster = Cluster::new();
        cluster.telemetry.get_or_init(|| parts.telemetry.clone());
        let proxy = Proxy::start(cluster.clone()).await.map_err(no_proxy)?;
        let (remembered, services) =
            Remembered::read(parts.data_dir.services(), parts.source.clone())?;
        // After that: what was remembered in vain is forgotten.
        let pinned = parts.source.pinned(&parts.plan.services).await?;
        let dead = Dead::none(&parts.source);
        let launcher = FunctionLauncher::new(
            parts.source.clone(),
            parts.data_dir,
            parts.launcher.clone(),
            parts.config.clone(),
            proxy.url(),
            dead.clone(),
        );
        let serving = Serving::open(
            services,
            Arc::new(launcher),
            Arc::new(remembered),
            parts.spans.clone(),
        );
        let mistakes = serving.mistakes(&pinned);
        if !mistakes.is_empty() {
            return Err(planning::refused(&mistakes));
        }
        serving.apply(&pinned);
        let serving = cluster.serving.get_or_init(|| serving).clone();
        let broker = broker(&parts, &cluster).await?;
        let gateway = gateway(&parts.gate, &cluster, parts.spans)?;
        let close = CancellationToken::new();
        let closed = close.clone().cancelled_owned();
        Ok(Self {
            default_broker: default_broker(parts.plan),
            dead,
            gateway: tokio::spawn(gateway.serve(parts.listener, closed)),
            cluster,
            proxy,
            serving,
            broker,
            close,
        })
    }

    pub(crate) fn handles(&self) -> Handles {
        Handles {
            cluster: self.cluster.clone(),
            serving: self.serving.clone(),
            broker: self.broker.clone(),
            default_broker: self.default_broker.clone(),
            dead: self.dead.clone(),
        }
    }

    /// Lets Prometheus read what was counted, and says where.
    pub(crate) fn serve_metrics(
        &self,
        data_dir: &DataDir,
        faults: Arc<Faults>,
        functions: Option<FunctionMetrics>,
    ) -> Outcome<String> {
        let Some(gateway) = self.cluster.gateway.get() else {
            return Err(Failure::new("the gateway does not run", ""));
        };
        let counted = Counted {
            serving: self.serving.clone(),
            gateway: gateway.clone(),
            broker: self.broker.clone(),
            faults,
            functions,
        };
        metrics::serve(data_dir, counted)
    }

    /// What processes find in `HTTP_PROXY`.
    pub(crate) fn proxy(&self) -> String {
        self.proxy.url()
    }

    /// From the outside in: no new requests, then no new deliveries, then no functions. What the functions say while they
    /// end still reaches the broker's log.
    pub(crate) async fn stop(self) {
        self.close.cancel();
        if let Ok(Err(error)) = self.gateway.await {
            tracing::warn!(%error, "the gateway did not end in order");
        }
        self.broker.stop_delivering().await;
        self.serving.stop().await;
        self.broker.stop().await;
    }
}

/// The gateway, with the keys that are known, and what follows identity from now on.
fn gateway(gate: &Gate, cluster: &Arc<Cluster>, spans: Spans) -> Outcome<Gateway> {
    let gateway = Gateway::traced(&gate.plan()?, cluster.clone(), spans);
    let gateway = gateway.map_err(|mistakes| planning::refused(&mistakes))?;
    gate.tell(gateway.clone());
    cluster.gate.get_or_init(|| gate.clone());
    Ok(cluster.gateway.get_or_init(|| gateway).clone())
}

async fn broker(parts: &Parts<'_>, cluster: &Arc<Cluster>) -> Outcome<Broker> {
    let (dir, plan) = (parts.data_dir.broker(), parts.plan);
    let setup = Setup {
        dir: &dir,
        brokers: &plan.brokers,
        triggers: &plan.triggers,
        ping_sources: &plan.ping_sources,
    };
    let opened = Broker::open(setup, cluster.clone(), parts.spans.clone()).await;
    let broker = opened.map_err(|error| {
        Failure::new(
            format!(
                "the broker's log in {} cannot be used: {error}",
                dir.display()
            ),
            "Check who owns that folder and whether the disk is full.",
        )
    })?;
    Ok(cluster.broker.get_or_init(|| broker).clone())
}

fn default_broker(plan: &Plan) -> Option<ObjectName> {
    let mut names = plan.brokers.iter().map(|broker| &broker.object);
    let called_default = names.clone().find(|object| object.name == "default");
    called_default.or_else(|| names.next()).cloned()
}

fn no_proxy(error: std::io::Error) -> Failure {
    Failure::new(
        format!("no port of 127.0.0.1 is free for the functions' proxy: {error}"),
        "",
    )
}
