//! Serving, broker and gateway: started so that each finds the others by name, stopped from the outside in.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use http::{Request, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use souk_broker::{Broker, Reason, Setup};
use souk_gateway::Gateway;
use souk_network::{Network, Proxy};
use souk_plan::model::{ObjectName, Plan};
use souk_serving::{Serving, TrafficChange};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::cluster::Cluster;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::function::FunctionLauncher;
use crate::gate::Gate;
use crate::launcher::Launcher;
use crate::metrics;
use crate::operator::Config;
use crate::planning;
use crate::remembered::Remembered;
use crate::source::Source;

/// The running parts that requests and events go through.
pub(crate) struct Wiring {
    cluster: Arc<Cluster>,
    proxy: Proxy,
    serving: Serving,
    broker: Broker,
    default_broker: Option<ObjectName>,
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
}

/// Looks into them for as long as somebody wants to.
#[derive(Clone)]
pub(crate) struct Handles {
    cluster: Arc<Cluster>,
    serving: Serving,
    broker: Broker,
    default_broker: Option<ObjectName>,
}

impl Wiring {
    /// Starts them; the gateway last, so that nobody is turned away by a shop that is half open.
    pub(crate) async fn start(parts: Parts<'_>) -> Outcome<Self> {
        let cluster = Cluster::new();
        let proxy = Proxy::start(cluster.clone()).await.map_err(no_proxy)?;
        let (remembered, services) =
            Remembered::read(parts.data_dir.services(), parts.source.clone())?;
        // After that: what was remembered in vain is forgotten.
        let pinned = parts.source.pinned(&parts.plan.services).await?;
        let launcher = FunctionLauncher::new(
            parts.source,
            parts.data_dir,
            parts.launcher,
            parts.config,
            proxy.url(),
        );
        let serving = Serving::open(services, Arc::new(launcher), Arc::new(remembered));
        let mistakes = serving.mistakes(&pinned);
        if !mistakes.is_empty() {
            return Err(planning::refused(&mistakes));
        }
        serving.apply(&pinned);
        let serving = cluster.serving.get_or_init(|| serving).clone();
        let broker = broker(parts.plan, parts.data_dir, &cluster).await?;
        let gateway = gateway(&parts.gate, &cluster)?;
        let close = CancellationToken::new();
        let closed = close.clone().cancelled_owned();
        Ok(Self {
            default_broker: default_broker(parts.plan),
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
        }
    }

    /// Lets Prometheus read what was counted, and says where.
    pub(crate) fn serve_metrics(&self, data_dir: &DataDir) -> Outcome<String> {
        match self.cluster.gateway.get() {
            Some(gateway) => metrics::serve(data_dir, self.serving.clone(), gateway.clone()),
            None => Err(Failure::new("the gateway does not run", "")),
        }
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

impl Handles {
    pub(crate) fn serving(&self) -> &Serving {
        &self.serving
    }

    pub(crate) fn broker(&self) -> &Broker {
        &self.broker
    }

    /// Waits until every new revision is ready or has failed, `patience` at most. Gives a sentence for each that is not ready.
    pub(crate) async fn not_ready(&self, patience: Duration) -> Vec<String> {
        let _ = timeout(patience, self.serving.settled()).await;
        let functions = self.serving.functions().into_iter();
        functions
            .flat_map(|one| [one.pending, one.held_back])
            .flatten()
            .collect()
    }

    /// Changes where a Service's requests go. It is named alone, or with its namespace before a slash.
    pub(crate) fn set_traffic(&self, service: &str, change: &TrafficChange) -> Result<(), String> {
        let is_meant = |object: &&ObjectName| {
            object.name == service || format!("{}/{}", object.namespace, object.name) == service
        };
        let functions = self.serving.functions().into_iter();
        let objects: Vec<ObjectName> = functions
            .map(|one| ObjectName {
                namespace: one.namespace,
                name: one.name,
            })
            .collect();
        match objects
            .iter()
            .filter(is_meant)
            .collect::<Vec<_>>()
            .as_slice()
        {
            [one] => self.serving.set_traffic(one, change),
            [] => {
                let names: Vec<&str> = objects.iter().map(|one| one.name.as_str()).collect();
                Err(format!(
                    "there is no function {service}; there are {}",
                    names.join(", ")
                ))
            }
            _ => Err(format!(
                "{service} is in several namespaces: name it <namespace>/{service}"
            )),
        }
    }

    pub(crate) async fn functions(&self) -> Vec<Value> {
        values(self.serving.functions())
    }

    pub(crate) async fn triggers(&self) -> Vec<Value> {
        values(self.broker.triggers())
    }

    /// The broker's newest events as lines of JSON.
    pub(crate) async fn events(
        &self,
        follow: bool,
    ) -> BoxStream<'static, Result<Bytes, std::io::Error>> {
        let lines = self.broker.events(follow).map(|event| {
            let mut line = serde_json::to_vec(&event)?;
            line.push(b'\n');
            Ok(Bytes::from(line))
        });
        lines.boxed()
    }

    /// Posts a structured event to the broker called `default`, or else to the first one.
    pub(crate) async fn send(&self, event: Bytes) -> Response<Body> {
        let Some(broker) = &self.default_broker else {
            return souk_network::answer(StatusCode::NOT_FOUND, "the manifests hold no Broker");
        };
        let request = Request::post(souk_plan::broker_address(broker))
            .header(header::CONTENT_TYPE, "application/cloudevents+json")
            .body(Body::from(event));
        match request {
            Ok(request) => explained(self.cluster.call(request).await),
            Err(error) => souk_network::answer(StatusCode::BAD_REQUEST, error.to_string()),
        }
    }
}

/// The person who sends is told why an event is refused, which a function is not.
fn explained(mut answer: Response<Body>) -> Response<Body> {
    if let Some(Reason(why)) = answer.extensions_mut().remove() {
        *answer.body_mut() = Body::from(why.to_string());
    }
    answer
}

/// The gateway, with the keys that are known, and what follows identity from now on.
fn gateway(gate: &Gate, cluster: &Arc<Cluster>) -> Outcome<Gateway> {
    let gateway = Gateway::new(&gate.plan()?, cluster.clone());
    let gateway = gateway.map_err(|mistakes| planning::refused(&mistakes))?;
    gate.tell(gateway.clone());
    cluster.gate.get_or_init(|| gate.clone());
    Ok(cluster.gateway.get_or_init(|| gateway).clone())
}

async fn broker(plan: &Plan, data_dir: &DataDir, cluster: &Arc<Cluster>) -> Outcome<Broker> {
    let dir = data_dir.broker();
    let setup = Setup {
        dir: &dir,
        brokers: &plan.brokers,
        triggers: &plan.triggers,
        ping_sources: &plan.ping_sources,
    };
    let opened = Broker::open(setup, cluster.clone()).await;
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

fn values<T: Serialize>(all: Vec<T>) -> Vec<Value> {
    let values = all.into_iter().map(serde_json::to_value);
    values.filter_map(Result::ok).collect()
}

fn no_proxy(error: std::io::Error) -> Failure {
    Failure::new(
        format!("no port of 127.0.0.1 is free for the functions' proxy: {error}"),
        "",
    )
}
