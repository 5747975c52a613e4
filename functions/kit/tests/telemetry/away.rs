//! A collector that is away, and one that hangs: nobody waits for it, and what it does not take is not kept for ever.

use std::{fs, time::Duration};

use http::Method;
use souk_testing::{Recorder, postgres_url};
use tokio::{net::TcpListener, time::timeout};

use super::child::Function;

/// More than fit into the queue, which keeps 4096 spans.
const REQUESTS: usize = 6000;
/// A span is a kilobyte or two.
const MEMORY_KIB_MAX: u64 = 32 * 1024;
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks it again and again, and says by how many KiB it has grown since the first hundred.
async fn load(function: &Function) -> u64 {
    let client = function.client();
    let mut first = 0;
    for request in 0..REQUESTS {
        if request == 100 {
            first = resident_kib(function.pid());
        }
        let quick = client.request(Method::POST, "/v1/quick").unwrap();
        client.send(quick).await.unwrap();
    }
    resident_kib(function.pid()).saturating_sub(first)
}

fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let mut words = line.unwrap().split_whitespace();
    words.nth(1).unwrap().parse().unwrap()
}

async fn function(collector: &str) -> Function {
    let (recorder, database) = (Recorder::start().await, postgres_url().await);
    let mut function = Function::start(&[
        ("DATABASE_URL", &database),
        ("K_SINK", recorder.url()),
        ("NEIGHBOUR_URL", "http://127.0.0.1:1"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector),
    ]);
    function.wait_for_line("notes is ready");
    function
}

/// Ends it, and says whether it ended in order.
async fn ends(mut function: Function) -> bool {
    let ending = tokio::task::spawn_blocking(move || function.terminate().success());
    timeout(PATIENCE, ending).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_takes_connections_and_never_answers_slows_nobody_and_costs_little() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            held.push(connection);
        }
    });
    let function = function(&url).await;
    let grown = load(&function).await;
    assert!(grown < MEMORY_KIB_MAX, "it has grown by {grown} KiB");
    assert!(ends(function).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_not_there_slows_nobody_and_costs_little() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let function = function(&url).await;
    let grown = load(&function).await;
    assert!(grown < MEMORY_KIB_MAX, "it has grown by {grown} KiB");
    assert!(ends(function).await);
}
