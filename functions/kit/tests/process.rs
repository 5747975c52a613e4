//! A function as a process, from its start to its end.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod child;

use std::{env, process::Command, time::Duration};

use axum::{Router, body::Bytes, extract::State, routing::post};
use child::{Function, ROLE};
use cloudevents::{AttributesReader, EventBuilder, EventBuilderV10};
use futures::FutureExt;
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;
use souk_kit::{
    Access, Answer, Clock, Deprecation, Env, Ids, Reader, Service, Sink, StartError,
    api::{Doc, Routes},
    http::{Json, Path},
    postgres,
    postgres::Outbox,
};
use souk_testing::{Recorder, postgres_url};
use sqlx::migrate::Migrator;
use tokio::sync::mpsc;

static MIGRATOR: Migrator = sqlx::migrate!("./tests/migrations");
const V1_ENDS: &str = "2027-12-01";
const V1: [(&str, &str); 3] = [
    ("NOTES_V1_DEPRECATED_AT", "2026-12-01T00:00:00Z"),
    ("NOTES_V1_SUNSET_AT", "2027-12-01T00:00:00Z"),
    ("API_POLICY_URL", "/docs"),
];
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Not a test: the function that the tests below start.
#[test]
fn run_as_a_function() {
    child::be(|| souk_kit::run("notes", start));
}

async fn start(env: Env) -> Result<Service, StartError> {
    let mut r = Reader::new(&env);
    let (database, sink) = (postgres::database_settings(&mut r), Sink::from_env(&mut r));
    let deprecation = Deprecation::from_env(&mut r, "NOTES_V1", V1_ENDS);
    let ((url, max), sink, deprecation) = r.finish(|| Some((database?, sink?, deprecation?)))?;
    let pool = postgres::connect(&url, &MIGRATOR, max).await?;
    let outbox = Outbox::start(pool, sink, Clock::system(), Ids::system());
    let routes = Router::new()
        .route("/notes", post(take_note))
        .with_state(outbox.clone());
    let old = Routes::new().get("/v1/notes/{note_id}", get_note, &GET_NOTE);
    let routes = routes.merge(old.deprecated(V1_ENDS).with_state(()));
    let service = Service::new(routes).deprecation(deprecation);
    Ok(service.drain("outbox", move || outbox.drained().boxed()))
}

const GET_NOTE: Doc = Doc::new("Read a note", Access::public());

async fn get_note(Path(note_id): Path<u32>) -> Json<u32> {
    Json(note_id)
}

async fn take_note(State(outbox): State<Outbox>) -> Answer<StatusCode> {
    let mut tx = outbox.begin().await?;
    let event = EventBuilderV10::new()
        .id(tx.id())
        .source("/functions/notes")
        .ty("dev.souk.note.taken.v1");
    tx.emit(event.data("application/json", json!({})).build().unwrap())?;
    tx.commit().await?;
    tracing::info!("a note was taken");
    Ok(StatusCode::ACCEPTED)
}

fn started(settings: &[(&str, &str)]) -> Function {
    let settings: Vec<_> = V1.iter().chain(settings).copied().collect();
    Function::start(&settings)
}

async fn ask_for_a_note(function: &Function) {
    let client = function.client();
    let request = client.request(Method::POST, "/notes").unwrap();
    let traced = request.header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"));
    client.send(traced).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_takes_a_request_sends_its_event_and_ends_in_order() {
    let mut recorder = Recorder::start().await;
    let database = postgres_url().await;
    let mut function = started(&[("DATABASE_URL", &database), ("K_SINK", recorder.url())]);
    function.wait_for_line("notes is ready");
    ask_for_a_note(&function).await;
    let sent = recorder.next_sent().await;
    assert_eq!(sent.event.ty(), "dev.souk.note.taken.v1");
    let traceparent = sent.headers["traceparent"].to_str().unwrap();
    assert!(
        traceparent.contains(TRACE),
        "the event continues the trace of the request: {traceparent}"
    );
    assert_eq!(
        function.wait_for_line("a note was taken")["trace_id"],
        TRACE
    );
    assert!(function.terminate().success());
    function.wait_for_line("drained");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_while_the_sink_is_away_is_sent_during_the_drain() {
    let mut recorder = Recorder::start().await;
    let database = postgres_url().await;
    recorder.answer(StatusCode::SERVICE_UNAVAILABLE);
    let mut function = started(&[("DATABASE_URL", &database), ("K_SINK", recorder.url())]);
    function.wait_for_line("notes is ready");
    ask_for_a_note(&function).await;
    recorder.answer(StatusCode::ACCEPTED);
    assert!(function.terminate().success());
    assert_eq!(recorder.waiting().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_configuration_is_told_whole_and_ends_with_64() {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "run_as_a_function", "--nocapture"])
        .envs([(ROLE, "function"), ("K_SINK", "not an address")])
        .output()
        .unwrap();
    let told = String::from_utf8(child.stderr).unwrap();
    assert_eq!(child.status.code(), Some(64));
    assert!(
        told.contains("notes: DATABASE_URL is not set\nnotes: K_SINK cannot be used:"),
        "{told}"
    );
}

/// Somebody who takes what is exported.
async fn collector(path: &str) -> (String, mpsc::Receiver<(HeaderMap, Bytes)>) {
    let (sender, exported) = mpsc::channel::<(HeaderMap, Bytes)>(16);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let take = async move |headers: HeaderMap, body: Bytes| {
        let _ = sender.try_send((headers, body));
    };
    tokio::spawn(axum::serve(listener, Router::new().route(path, post(take))).into_future());
    (url, exported)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_still_uses_an_old_version_is_counted_and_named_in_the_log() {
    let (collector, mut exported) = collector("/v1/metrics").await;
    let (recorder, database) = (Recorder::start().await, postgres_url().await);
    let settings = [
        ("DATABASE_URL", &*database),
        ("K_SINK", recorder.url()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector),
    ];
    let mut function = started(&settings);
    function.wait_for_line("notes is ready");
    let client = function.client();
    let request = client.request(Method::GET, "/v1/notes/7").unwrap();
    let answer = client.send(request.header("x-consumer-username", "erp"));
    assert_eq!(answer.await.unwrap(), b"7");
    let line = function.wait_for_line("an old version of the API is still used");
    assert_eq!(
        (&line["client"], &line["route"]),
        (&"erp".into(), &"/v1/notes/{note_id}".into())
    );

    assert!(function.terminate().success());
    let (_, metrics) = tokio::time::timeout(Duration::from_secs(10), exported.recv())
        .await
        .unwrap()
        .unwrap();
    let contains = |text: &str| {
        metrics
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    for text in [
        "souk.api.deprecated.requests",
        "/v1/notes/{note_id}",
        "v1",
        "erp",
    ] {
        assert!(contains(text), "{text} was not exported");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_are_exported_before_the_process_ends() {
    let (collector, mut exported) = collector("/v1/traces").await;
    let (recorder, database) = (Recorder::start().await, postgres_url().await);
    let settings = [
        ("DATABASE_URL", &*database),
        ("K_SINK", recorder.url()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector),
    ];
    let mut function = started(&settings);
    function.wait_for_line("notes is ready");
    ask_for_a_note(&function).await;
    assert!(function.terminate().success());
    let batch = tokio::time::timeout(Duration::from_secs(10), exported.recv())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(batch.0["content-type"], "application/x-protobuf");
    let contains = |text: &[u8]| batch.1.windows(text.len()).any(|window| window == text);
    assert!(contains(b"POST /notes") && contains(b"service.name") && contains(b"notes"));
    let trace: Vec<u8> = (0..16)
        .map(|at| u8::from_str_radix(&TRACE[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    assert!(
        contains(&trace),
        "the span belongs to the trace of the request"
    );
}
