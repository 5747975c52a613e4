//! What a caller sees when a function fails.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::Value;

use crate::support::{Shop, environment, read};

fn timed_out() -> (StatusCode, String) {
    (
        StatusCode::GATEWAY_TIMEOUT,
        "activator request timeout".to_owned(),
    )
}

#[tokio::test]
async fn a_request_that_takes_too_long_gets_504() {
    let shop = Shop::open_awake(|plan| plan.timeout_seconds = 1).await;
    assert_eq!(shop.get("/slow?60000").await, timed_out());
    shop.until("idle", |function| function.instances[0].in_flight == 0)
        .await;
}

#[tokio::test]
async fn the_wait_for_an_instance_counts() {
    let shop = Shop::open(|plan| {
        plan.response_start_timeout_seconds = Some(1);
        environment(plan, "ECHO_START_MS", "60000");
    });
    assert_eq!(shop.get("/").await, timed_out());
    assert_eq!(shop.status().waiting, 0);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_after_it_began_ends_with_the_text() {
    let shop = Shop::open_awake(|plan| plan.timeout_seconds = 1).await;
    let (status, text) = shop.get("/stream?60000").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.starts_with(".."), "{text}");
    assert!(text.ends_with(".activator request timeout"), "{text}");
}

#[tokio::test]
async fn a_short_answer_that_is_not_complete_in_time_gets_a_clean_504() {
    let shop = Shop::open_awake(|plan| plan.timeout_seconds = 1).await;
    assert_eq!(shop.get("/long").await, timed_out());
}

#[tokio::test]
async fn a_function_that_falls_silent_is_cut_off_after_the_idle_timeout() {
    let shop = Shop::open_awake(|plan| plan.idle_timeout_seconds = Some(1)).await;
    assert_eq!(shop.get("/slow?60000").await, timed_out());
    let (status, text) = shop.get("/stream?1500").await;
    assert_eq!((status, text.len()), (StatusCode::OK, 75));
}

#[tokio::test]
async fn a_crash_is_seen_by_its_requests_only() {
    let shop = Shop::open(|_| ());
    shop.get("/").await;
    let eof = (StatusCode::BAD_GATEWAY, "EOF\n".to_owned());
    let crashed = shop.status().instances[0].pid;
    assert_eq!(shop.post("/exit").await, eof);
    shop.until("noticed", |function| {
        function.instances.iter().all(|one| one.pid != crashed)
    })
    .await;
    assert_eq!(shop.post("/").await, (StatusCode::OK, "hello".to_owned()));
    assert_eq!(shop.diary().len(), 2);
}

#[tokio::test]
async fn a_process_that_is_killed_is_replaced() {
    let shop = Shop::open(|_| ());
    shop.get("/").await;
    let pid = shop.status().instances[0].pid.unwrap();
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    assert!(killed.unwrap().success());
    shop.until("another one", |function| {
        function
            .instances
            .iter()
            .any(|one| one.pid.is_some_and(|new| new != pid))
    })
    .await;
    assert_eq!(shop.get("/").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_function_that_always_ends_is_named() {
    let shop = Shop::open(|plan| environment(plan, "ECHO_EXIT", "64"));
    let (status, text) = shop.get("/").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    for said in ["echo", "4 times", "exit status: 64", "souk logs echo"] {
        assert!(text.contains(said), "{text}");
    }
    assert_eq!(shop.diary().len(), 4);
    assert!(shop.status().failing.is_some());
}

#[tokio::test]
async fn a_get_is_sent_again_when_a_reused_connection_closes_and_a_post_is_not() {
    let shop = Shop::open(|_| ());
    assert_eq!(shop.get("/drop-second").await.1, "answered");
    assert_eq!(shop.get("/drop-second").await.1, "answered");
    assert_eq!(shop.get("/count").await.1, "3");

    let shop = Shop::open(|_| ());
    assert_eq!(shop.post("/drop-second").await.1, "answered");
    let eof = (StatusCode::BAD_GATEWAY, "EOF\n".to_owned());
    assert_eq!(shop.post("/drop-second").await, eof);
    assert_eq!(shop.get("/count").await.1, "2");
}

#[tokio::test]
async fn the_function_sees_what_it_would_see_on_a_cluster() {
    let shop = Shop::open(|_| ());
    let request = Request::get("/headers").header("x-forwarded-for", "10.0.0.9");
    let (_, text) = read(shop.begin(request, Body::empty()).await).await;
    let headers: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(headers["host"], "echo.souk.svc.cluster.local");
    assert_eq!(headers["k-proxy-request"], "activator");
    assert_eq!(headers["x-forwarded-for"], "10.0.0.9, 127.0.0.1, 127.0.0.1");
    assert_eq!(
        headers["forwarded"],
        "for=10.0.0.9;proto=http, for=127.0.0.1"
    );
}

#[tokio::test]
async fn an_upgrade_is_refused_by_name() {
    let shop = Shop::open(|_| ());
    let request = Request::get("/")
        .header("connection", "keep-alive, Upgrade")
        .header("upgrade", "websocket");
    let (status, text) = read(shop.begin(request, Body::empty()).await).await;
    assert_eq!(status, StatusCode::NOT_IMPLEMENTED);
    assert!(text.contains("WebSocket"), "{text}");
    assert_eq!(shop.status().instances, []);
}
