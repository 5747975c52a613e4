//! How many events a second the broker accepts and delivers, beside what the disk allows without grouping:
//! `cargo run -p souk-broker --example throughput`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and ends when something fails"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use axum::body::Body;
use futures::StreamExt;
use futures::future::{BoxFuture, ready};
use http::{Request, Response, StatusCode};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use souk_broker::{Broker, Setup};
use souk_network::{Network, Spans};
use souk_plan::model::{BackoffPolicy, BrokerPlan, DeliveryPlan, Filter, ObjectName, TriggerPlan};
use tokio::sync::watch;

const EVENTS: usize = 20_000;
const POSTERS: usize = 64;
const DATA_BYTES: usize = 500;

/// When each event was posted and delivered.
struct Ledger {
    posted: Mutex<BTreeMap<usize, Instant>>,
    waits: Mutex<Vec<Duration>>,
    delivered: watch::Sender<usize>,
}

impl Ledger {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            posted: Mutex::default(),
            waits: Mutex::default(),
            delivered: watch::Sender::new(0),
        })
    }

    fn deliver(&self, request: &Request<Body>) -> Response<Body> {
        let id = request.headers()["ce-id"].to_str().unwrap();
        let posted = self.posted.lock().unwrap().remove(&id.parse().unwrap());
        if let Some(posted) = posted {
            self.waits.lock().unwrap().push(posted.elapsed());
            self.delivered.send_modify(|count| *count += 1);
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::ACCEPTED;
        response
    }
}

/// Takes events without a network: what is measured is the broker alone.
struct InProcess(Arc<Ledger>);

impl Network for InProcess {
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        Box::pin(ready(self.0.deliver(&request)))
    }
}

/// Takes events over HTTP on this machine, by a server in this process.
struct OverHttp(Client<HttpConnector, Body>);

impl Network for OverHttp {
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        let answer = self.0.request(request);
        Box::pin(async move { answer.await.unwrap().map(Body::new) })
    }
}

fn named(name: String) -> ObjectName {
    ObjectName {
        namespace: "souk".to_owned(),
        name,
    }
}

fn trigger(number: usize, event_type: &str, subscriber: &str) -> TriggerPlan {
    TriggerPlan {
        object: named(format!("trigger-{number}")),
        broker: named("default".to_owned()),
        filters: vec![Filter::Exact(
            [("type".to_owned(), event_type.to_owned())].into(),
        )],
        subscriber: subscriber.to_owned(),
        delivery: DeliveryPlan {
            retry: 5,
            backoff_policy: BackoffPolicy::Exponential,
            backoff_delay_ms: 500,
            timeout_ms: 30_000,
            dead_letter_sink: None,
        },
        ordered: false,
    }
}

async fn post(broker: Broker, ledger: Arc<Ledger>, number: usize) {
    let request = Request::post("/souk/default")
        .header("ce-specversion", "1.0")
        .header("ce-id", number.to_string())
        .header("ce-source", "/bench")
        .header("ce-type", "wanted")
        .header("ce-partitionkey", number.to_string())
        .header("content-type", "application/json")
        .body(Body::from(vec![b'1'; DATA_BYTES]))
        .unwrap();
    ledger.posted.lock().unwrap().insert(number, Instant::now());
    assert_eq!(broker.ingress(request).await.status(), StatusCode::ACCEPTED);
}

struct Figures {
    accepted: f64,
    delivered: f64,
    p50: Duration,
    p99: Duration,
}

async fn measure(
    ledger: Arc<Ledger>,
    network: Arc<dyn Network>,
    subscriber: &str,
    deaf: usize,
    traced: bool,
) -> Figures {
    let dir = tempfile::tempdir_in(".").unwrap();
    let mut triggers = vec![trigger(0, "wanted", subscriber)];
    triggers.extend((1..=deaf).map(|number| trigger(number, "unwanted", subscriber)));
    let brokers = [BrokerPlan {
        object: named("default".to_owned()),
        partitions: 10,
    }];
    let setup = Setup {
        dir: dir.path(),
        brokers: &brokers,
        triggers: &triggers,
        ping_sources: &[],
    };
    let broker = Broker::open(setup, network, spans(traced)).await.unwrap();
    let started = Instant::now();
    futures::stream::iter(0..EVENTS)
        .for_each_concurrent(POSTERS, |number| {
            let posting = tokio::spawn(post(broker.clone(), Arc::clone(&ledger), number));
            async move { posting.await.unwrap() }
        })
        .await;
    let accepted = started.elapsed();
    let mut count = ledger.delivered.subscribe();
    count.wait_for(|count| *count == EVENTS).await.unwrap();
    let delivered = started.elapsed();
    broker.stop().await;
    let mut waits = std::mem::take(&mut *ledger.waits.lock().unwrap());
    waits.sort_unstable();
    let per_second = |time: Duration| EVENTS as f64 / time.as_secs_f64();
    Figures {
        accepted: per_second(accepted),
        delivered: per_second(delivered),
        p50: waits[EVENTS / 2],
        p99: waits[EVENTS * 99 / 100],
    }
}

/// Spans that are off, or on and thrown away.
fn spans(traced: bool) -> Spans {
    if !traced {
        return Spans::default();
    }
    let (spans, mut ended) = Spans::channel(SystemTime::now);
    tokio::spawn(async move { while ended.recv().await.is_some() {} });
    spans
}

/// One event, one sync: what a broker without grouping could at best accept.
fn syncs_per_second(dir: &Path) -> f64 {
    let mut file = File::create(dir.join("plain")).unwrap();
    let started = Instant::now();
    let mut count = 0_u32;
    while started.elapsed() < Duration::from_secs(2) {
        file.write_all(&[b'1'; DATA_BYTES]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}

async fn listen(ledger: Arc<Ledger>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let handler = async move |request: Request<Body>| ledger.deliver(&request);
    let app = axum::Router::new().fallback(handler);
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn print(name: &str, figures: &Figures, plain: f64) {
    let Figures {
        accepted,
        delivered,
        p50,
        p99,
    } = figures;
    let ratio = accepted / plain;
    println!("{name:34} {accepted:>10.0} {delivered:>11.0} {p50:>9.1?} {p99:>9.1?} {ratio:>9.1}");
}

#[tokio::main]
async fn main() {
    let dir = tempfile::tempdir_in(".").unwrap();
    let plain = syncs_per_second(dir.path());
    println!(
        "{EVENTS} events of {DATA_BYTES} bytes, {POSTERS} posters; write and sync one by one: {plain:.0}/s\n"
    );
    println!(
        "{:34} {:>10} {:>11} {:>9} {:>9} {:>9}",
        "", "accepted/s", "delivered/s", "p50", "p99", "x plain"
    );
    for (name, deaf, traced) in [
        ("1 trigger, in process", 0, false),
        ("1 trigger of 40, in process", 39, false),
        ("the same, spans on", 39, true),
        ("the same, spans off again", 39, false),
        ("the same, spans on again", 39, true),
    ] {
        let ledger = Ledger::new();
        let network = Arc::new(InProcess(Arc::clone(&ledger)));
        let figures = measure(
            ledger,
            network,
            "http://orders.souk.svc.cluster.local/events",
            deaf,
            traced,
        )
        .await;
        print(name, &figures, plain);
    }
    let ledger = Ledger::new();
    let url = listen(Arc::clone(&ledger)).await;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let figures = measure(ledger, Arc::new(OverHttp(client)), &url, 39, false).await;
    print("1 trigger of 40, over HTTP", &figures, plain);
}
