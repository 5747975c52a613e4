//! A broker's surroundings: its folder, its network, and subscribers that answer as they are told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use futures::future::BoxFuture;
use http::{HeaderMap, Request, Response, StatusCode};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use souk_broker::{Broker, Setup, TriggerStatus};
use souk_network::{Network, Spans};
use souk_plan::model::{BackoffPolicy, BrokerPlan, DeliveryPlan, Filter, ObjectName, TriggerPlan};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::timeout;

/// Far beyond what anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn named(name: &str) -> ObjectName {
    ObjectName {
        namespace: "souk".to_owned(),
        name: name.to_owned(),
    }
}

pub(crate) fn delivery(retry: u32, dead_letter_sink: Option<&Subscriber>) -> DeliveryPlan {
    DeliveryPlan {
        retry,
        backoff_policy: BackoffPolicy::Linear,
        backoff_delay_ms: 100,
        timeout_ms: 30_000,
        dead_letter_sink: dead_letter_sink.map(|sink| sink.url.clone()),
    }
}

pub(crate) fn of_type(event_type: &str) -> Vec<Filter> {
    let wanted = BTreeMap::from([("type".to_owned(), event_type.to_owned())]);
    vec![Filter::Exact(wanted)]
}

/// What survives a broker: its folder and its plan.
pub(crate) struct World {
    dir: PathBuf,
    /// Removes the folder at the end, unless it is somebody else's.
    removed: Option<TempDir>,
    pub(crate) triggers: Vec<TriggerPlan>,
    pub(crate) spans: Spans,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut world = Self::within(dir.path().to_owned());
        world.removed = Some(dir);
        world
    }

    /// In a folder that somebody else removes.
    pub(crate) fn within(dir: PathBuf) -> Self {
        Self {
            dir,
            removed: None,
            triggers: Vec::new(),
            spans: Spans::default(),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn with_trigger(
        mut self,
        filters: Vec<Filter>,
        subscriber: &Subscriber,
        delivery: DeliveryPlan,
    ) -> Self {
        self.triggers.push(TriggerPlan {
            object: named(&format!("trigger-{}", self.triggers.len())),
            broker: named("default"),
            filters,
            subscriber: subscriber.url.clone(),
            delivery,
            ordered: false,
        });
        self
    }

    pub(crate) async fn open(&self) -> Broker {
        let brokers = [BrokerPlan {
            object: named("default"),
            partitions: 4,
        }];
        let setup = Setup {
            dir: &self.dir,
            brokers: &brokers,
            triggers: &self.triggers,
            ping_sources: &[],
        };
        Broker::open(setup, Arc::new(Loopback::new()), self.spans.clone())
            .await
            .unwrap()
    }
}

/// Sends to whatever address stands in the request.
pub(crate) struct Loopback {
    client: Client<HttpConnector, Body>,
}

impl Loopback {
    pub(crate) fn new() -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }
}

impl Network for Loopback {
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        let answer = self.client.request(request);
        Box::pin(async move {
            match answer.await {
                Ok(answer) => answer.map(Body::new),
                Err(error) => response(502, error.to_string()),
            }
        })
    }
}

pub(crate) fn response(status: u16, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// A request that a subscriber got.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn id(&self) -> &str {
        self.header("ce-id").unwrap()
    }
}

/// An HTTP server that remembers what it got.
pub(crate) struct Subscriber {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    count: watch::Receiver<usize>,
}

impl Subscriber {
    /// `answer` sees the request and how many came before it.
    pub(crate) async fn start<A>(
        answer: impl Fn(Received, usize) -> A + Clone + Send + Sync + 'static,
    ) -> Self
    where
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (counted, count) = watch::channel(0);
        let seen = Arc::clone(&received);
        let handler = async move |request: Request<Body>| {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            let request = Received {
                headers: parts.headers,
                body: String::from_utf8(body.into()).unwrap(),
            };
            let before = {
                let mut seen = seen.lock().unwrap();
                seen.push(request.clone());
                seen.len() - 1
            };
            counted.send_replace(before + 1);
            answer(request, before).await
        };
        let app = axum::Router::new().fallback(handler);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            received,
            count,
        }
    }

    /// Takes everything.
    pub(crate) async fn willing() -> Self {
        Self::start(|_, _| async { response(202, "") }).await
    }

    /// Answers everything alike.
    pub(crate) async fn answering(status: u16, body: &'static str) -> Self {
        Self::start(move |_, _| async move { response(status, body) }).await
    }

    /// Never answers.
    pub(crate) async fn silent() -> Self {
        Self::start(|_, _| std::future::pending()).await
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn after(&self, count: usize) -> Vec<Received> {
        let mut counted = self.count.clone();
        let enough = counted.wait_for(|now| *now >= count);
        timeout(PATIENCE, enough)
            .await
            .unwrap_or_else(|_| panic!("{} of {count} came", self.received().len()))
            .unwrap();
        self.received()
    }
}

/// Waits until the first trigger's numbers are as wanted.
pub(crate) async fn until(
    broker: &Broker,
    wanted: impl Fn(&TriggerStatus) -> bool,
) -> TriggerStatus {
    until_all(broker, |triggers| triggers.first().is_some_and(&wanted))
        .await
        .remove(0)
}

/// Waits until every trigger is done with everything.
pub(crate) async fn until_nothing_lags(broker: &Broker) {
    until_all(broker, |triggers| triggers.iter().all(|one| one.lag == 0)).await;
}

async fn until_all(
    broker: &Broker,
    wanted: impl Fn(&[TriggerStatus]) -> bool,
) -> Vec<TriggerStatus> {
    let waiting = async {
        loop {
            let triggers = broker.triggers();
            if wanted(&triggers) {
                return triggers;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = timeout(PATIENCE, waiting).await;
    found.unwrap_or_else(|_| panic!("it stays at {:?}", broker.triggers()))
}

/// An event in binary mode for the default broker.
pub(crate) fn event(id: &str, event_type: &str, more: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::post("/souk/default")
        .header("ce-specversion", "1.0")
        .header("ce-id", id)
        .header("ce-source", "/tests")
        .header("ce-type", event_type)
        .header("content-type", "application/json");
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    request
        .body(Body::from(format!(r#"{{"id":"{id}"}}"#)))
        .unwrap()
}

/// Posts and insists that it was accepted.
pub(crate) async fn accept(broker: &Broker, request: Request<Body>) {
    assert_eq!(broker.ingress(request).await.status(), StatusCode::ACCEPTED);
}
