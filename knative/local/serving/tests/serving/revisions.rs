//! From one revision to the next, with real processes.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use souk_network::Spans;
use souk_plan::model::ObjectName;
use souk_serving::{Ledger, RevisionStatus, ServiceRecord, Serving, TrafficChange};

use crate::plan::plan;
use crate::support::{Shop, environment, read};

const FIRST: &str = "echo-00001";
const SECOND: &str = "echo-00002";

fn revision(shop: &Shop, name: &str) -> RevisionStatus {
    let mut revisions = shop.status().revisions.into_iter();
    revisions.find(|one| one.name == name).unwrap()
}

fn traffic(shop: &Shop, percents: &[(&str, u32)], tags: &[(&str, &str)]) {
    let change = TrafficChange {
        percents: percents
            .iter()
            .map(|(name, percent)| ((*name).to_owned(), *percent))
            .collect(),
        tags: tags
            .iter()
            .map(|(tag, name)| ((*tag).to_owned(), (*name).to_owned()))
            .collect(),
        untag: Vec::new(),
    };
    shop.serving.set_traffic(&shop.service, &change).unwrap();
}

#[tokio::test]
async fn a_new_revision_takes_over_when_it_is_ready_and_streams_of_the_old_one_end_in_order() {
    let shop = Shop::open(|plan| plan.scale.stable_window_seconds = 1);
    assert_eq!(shop.revision_at("echo").await, FIRST);
    let stream = shop
        .begin(Request::get("/stream?4000"), Body::empty())
        .await;
    shop.apply("2", |plan| environment(plan, "ECHO_START_MS", "200"));
    assert_eq!(
        shop.revision_at("echo").await,
        FIRST,
        "the new one is not ready yet"
    );
    shop.serving.settled().await;
    assert_eq!(shop.revision_at("echo").await, SECOND);
    let (status, dots) = read(stream).await;
    assert_eq!((status, dots.len()), (StatusCode::OK, 200));
    shop.until("without the old process", |_| {
        revision(&shop, FIRST).instances.is_empty()
    })
    .await;
    assert!(
        shop.diary().contains(&"ended".to_owned()),
        "it ended in order"
    );
    assert_eq!(shop.status().revision, SECOND);
}

#[tokio::test]
async fn a_revision_that_never_gets_ready_receives_nothing() {
    let shop = Shop::open(|_| ());
    shop.apply("2", |plan| environment(plan, "ECHO_EXIT", "7"));
    shop.serving.settled().await;
    for _ in 0..20 {
        assert_eq!(shop.revision_at("echo").await, FIRST);
    }
    let broken = revision(&shop, SECOND);
    assert_eq!((broken.ready, broken.percent), ("False", 0));
    let reason = broken.reason.unwrap();
    assert!(
        reason.contains(SECOND) && reason.contains("exit status: 7"),
        "{reason}"
    );
    let pending = shop.status().pending.unwrap();
    assert!(
        pending.contains("echo-00001 stays the latest that is"),
        "{pending}"
    );
    // Mended, the next one takes over.
    shop.apply("3", |_| ());
    shop.serving.settled().await;
    assert_eq!(shop.revision_at("echo").await, "echo-00003");
    shop.until("without the broken one", |_| {
        revision(&shop, SECOND).instances.is_empty()
    })
    .await;
}

#[tokio::test]
async fn requests_are_split_and_a_tag_reaches_a_revision_without_a_share() {
    let shop = Shop::open(|_| ());
    traffic(&shop, &[(FIRST, 100)], &[]);
    shop.apply("2", |_| ());
    shop.serving.settled().await;
    assert_eq!(shop.revision_at("echo").await, FIRST);
    traffic(&shop, &[], &[("smoke", "@latest")]);
    assert_eq!(shop.revision_at("smoke-echo").await, SECOND);
    assert_eq!(shop.revision_at("echo").await, FIRST);
    traffic(&shop, &[(FIRST, 50), ("@latest", 50)], &[]);
    let mut answered = BTreeSet::new();
    while answered.len() < 2 {
        answered.insert(shop.revision_at("echo").await);
    }
    traffic(&shop, &[(FIRST, 100)], &[]);
    for _ in 0..20 {
        assert_eq!(shop.revision_at("echo").await, FIRST);
    }
}

#[tokio::test]
async fn a_revision_without_traffic_goes_to_zero_whatever_its_min_scale_and_comes_back_with_it() {
    let shop = Shop::open(|plan| {
        plan.scale.min = 2;
        plan.scale.stable_window_seconds = 1;
    });
    shop.until_ready(2).await;
    shop.apply("2", |_| ());
    shop.serving.settled().await;
    shop.until("at zero", |_| revision(&shop, FIRST).instances.is_empty())
        .await;
    traffic(&shop, &[(FIRST, 100)], &[]);
    shop.until("back", |_| revision(&shop, FIRST).instances.len() == 2)
        .await;
}

#[tokio::test]
async fn a_service_that_is_no_more_finishes_its_requests_and_takes_no_more() {
    let shop = Shop::open(|_| ());
    let mut stream = shop
        .begin(Request::get("/stream?1000"), Body::empty())
        .await;
    stream.body_mut().frame().await.unwrap().unwrap();
    shop.serving.apply(&[]);
    assert!(!shop.serving.has(&shop.service));
    assert_eq!(shop.get("/").await.0, StatusCode::NOT_FOUND);
    let (_, dots) = read(stream).await;
    assert_eq!(dots.len(), 49, "all but the first");
    shop.serving.stop().await;
}

/// What was written last.
#[derive(Default)]
struct Memory(Mutex<Option<ServiceRecord>>);

impl Ledger for Memory {
    fn write(&self, service: &ServiceRecord) -> io::Result<()> {
        *self.0.lock().unwrap() = Some(service.clone());
        Ok(())
    }

    fn forget(&self, _: &ObjectName) -> io::Result<()> {
        *self.0.lock().unwrap() = None;
        Ok(())
    }
}

#[tokio::test]
async fn revisions_and_traffic_are_remembered() {
    let shop = Shop::open(|_| ());
    let memory = Arc::new(Memory::default());
    let serving = Serving::open(
        Vec::new(),
        shop.launcher(),
        memory.clone(),
        Spans::default(),
    );
    let mut changed = plan();
    changed.template_hash = "2".to_owned();
    serving.apply(&[plan()]);
    serving.apply(std::slice::from_ref(&changed));
    serving.settled().await;
    let canary = TrafficChange {
        percents: vec![(FIRST.to_owned(), 90), (SECOND.to_owned(), 10)],
        tags: vec![("smoke".to_owned(), SECOND.to_owned())],
        untag: Vec::new(),
    };
    serving.set_traffic(&shop.service, &canary).unwrap();
    serving.stop().await;

    let remembered = memory.0.lock().unwrap().clone().unwrap();
    let serving = Serving::open(
        vec![remembered],
        shop.launcher(),
        memory.clone(),
        Spans::default(),
    );
    assert!(!serving.has(&shop.service), "no manifest names it yet");
    serving.apply(&[changed]);
    let revisions = serving.functions().remove(0).revisions;
    let told: Vec<_> = revisions
        .iter()
        .map(|one| (one.name.as_str(), one.ready, one.percent, one.tags.len()))
        .collect();
    assert_eq!(told, [(FIRST, "Unknown", 90, 0), (SECOND, "True", 10, 1)]);
    serving.apply(&[]);
    assert!(memory.0.lock().unwrap().is_none());
}

#[tokio::test]
async fn each_revisions_requests_are_counted_under_knatives_names() {
    let shop = Shop::open(|_| ());
    shop.get("/").await;
    shop.post("/").await;
    shop.get("/nothing-here").await;
    let text = shop.serving.metrics();
    let labels = "k8s_namespace_name=\"souk\",kn_service_name=\"echo\",kn_configuration_name=\"echo\",\
                  kn_revision_name=\"echo-00001\"";
    for (name, method, status) in [
        ("http_server_request_duration_seconds", "GET", 200),
        ("http_server_request_duration_seconds", "POST", 200),
        ("http_server_request_duration_seconds", "GET", 404),
        ("kn_serving_invocation_duration_seconds", "GET", 200),
    ] {
        let begins = format!(
            "{name}_count{{{labels},http_request_method=\"{method}\",http_response_status_code=\"{status}\""
        );
        let line = text.lines().find(|line| line.starts_with(&begins));
        assert!(
            line.is_some_and(|line| line.ends_with(" 1")),
            "{begins}\n{text}"
        );
    }
    let gauge = format!("kn_revision_pods_count{{{labels}}} 1");
    assert!(text.lines().any(|line| line == gauge), "{text}");
}

#[tokio::test]
async fn an_answer_that_no_function_gave_counts_as_its_revisions() {
    let shop = Shop::open(|plan| environment(plan, "ECHO_EXIT", "1"));
    assert_eq!(shop.get("/").await.0, StatusCode::SERVICE_UNAVAILABLE);
    let text = shop.serving.metrics();
    let counted = |name: &str| {
        text.lines()
            .any(|line| line.starts_with(name) && line.contains("\"503\""))
    };
    assert!(
        counted("http_server_request_duration_seconds_count"),
        "{text}"
    );
    assert!(
        !counted("kn_serving_invocation_duration_seconds_count"),
        "no function ran"
    );
}
