//! A function as a process: this test program starts itself again as one.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{
    env,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use cloudevents::{AttributesReader, EventBuilder, EventBuilderV10};
use futures::FutureExt;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use souk_kit::{
    Answer, Clock, Env, Ids, Reader, Service, Sink, StartError, postgres, postgres::Outbox,
    resilience::Client,
};
use souk_testing::{Recorder, postgres_url};
use sqlx::migrate::Migrator;
use tokio::sync::mpsc;

static MIGRATOR: Migrator = sqlx::migrate!("./tests/migrations");
const ROLE: &str = "SOUK_KIT_TEST_ROLE";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Not a test: the function that the tests below start.
#[test]
fn run_as_a_function() {
    if env::var_os(ROLE).is_some() {
        let code = souk_kit::run("notes", start);
        std::process::exit(
            (0..=255)
                .find(|n| ExitCode::from(*n) == code)
                .unwrap()
                .into(),
        );
    }
}

async fn start(env: Env) -> Result<Service, StartError> {
    let mut r = Reader::new(&env);
    let (database, sink) = (postgres::database_settings(&mut r), Sink::from_env(&mut r));
    let ((url, max), sink) = r.finish(|| Some((database?, sink?)))?;
    let pool = postgres::connect(&url, &MIGRATOR, max).await?;
    let outbox = Outbox::start(pool, sink, Clock::system(), Ids::system());
    let routes = Router::new()
        .route("/notes", post(take_note))
        .with_state(outbox.clone());
    Ok(Service::new(routes).drain("outbox", move || outbox.drained().boxed()))
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

struct Function {
    child: Child,
    port: u16,
    lines: Box<dyn Iterator<Item = Value> + Send>,
}

impl Function {
    fn start(settings: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "run_as_a_function", "--nocapture"])
            .env(ROLE, "function");
        command
            .env_remove("RUST_LOG")
            .env("PORT", port.to_string())
            .envs(settings.iter().copied());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let lines = Box::new(lines.filter_map(|line| serde_json::from_str(&line).ok()));
        Self { child, port, lines }
    }

    fn wait_for_line(&mut self, message: &str) -> Value {
        self.lines
            .find(|line| line["message"] == message)
            .unwrap_or_else(|| panic!("it never said `{message}`"))
    }

    async fn take_note(&self) {
        let base = format!("http://127.0.0.1:{}", self.port).parse().unwrap();
        let client = Client::new("notes", base, Duration::from_secs(10)).unwrap();
        let request = client.request(Method::POST, "/notes").unwrap();
        let traced = request.header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"));
        client.send(traced).await.unwrap();
    }

    fn terminate(&mut self) -> ExitStatus {
        let kill = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(kill.success());
        self.child.wait().unwrap()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_takes_a_request_sends_its_event_and_ends_in_order() {
    let mut recorder = Recorder::start().await;
    let database = postgres_url().await;
    let mut function = Function::start(&[("DATABASE_URL", &database), ("K_SINK", recorder.url())]);
    function.wait_for_line("notes is ready");
    function.take_note().await;
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
    let mut function = Function::start(&[("DATABASE_URL", &database), ("K_SINK", recorder.url())]);
    function.wait_for_line("notes is ready");
    function.take_note().await;
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

#[tokio::test(flavor = "multi_thread")]
async fn spans_are_exported_before_the_process_ends() {
    let (sender, mut exported) = mpsc::channel::<(HeaderMap, Bytes)>(16);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let collector = format!("http://{}", listener.local_addr().unwrap());
    let take = async move |headers: HeaderMap, body: Bytes| {
        let _ = sender.try_send((headers, body));
    };
    tokio::spawn(
        axum::serve(listener, Router::new().route("/v1/traces", post(take))).into_future(),
    );
    let (recorder, database) = (Recorder::start().await, postgres_url().await);
    let settings = [
        ("DATABASE_URL", &*database),
        ("K_SINK", recorder.url()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector),
    ];
    let mut function = Function::start(&settings);
    function.wait_for_line("notes is ready");
    function.take_note().await;
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
