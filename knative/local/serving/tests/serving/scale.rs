//! From zero, to several and back, with real processes.

use std::time::Duration;

use axum::body::Body;
use futures::future::join_all;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use souk_plan::model::ProbeAction;
use souk_serving::InstanceState;

use crate::support::{Shop, environment, read};

#[tokio::test]
async fn a_request_wakes_a_function_and_hears_from_it() {
    let shop = Shop::open(|plan| {
        environment(plan, "ECHO_START_MS", "50");
        plan.readiness.action = ProbeAction::HttpGet {
            path: "/".to_owned(),
            headers: Vec::new(),
        };
    });
    assert_eq!(shop.status().instances, []);
    assert_eq!(shop.get("/").await, (StatusCode::OK, "hello".to_owned()));
    assert_eq!(shop.diary(), ["started echo-00001"]);
    let function = shop.status();
    assert_eq!((function.cold_starts, function.desired), (1, 1));
    assert_eq!(function.instances[0].state, InstanceState::Ready);
    assert!(function.last_request_at.is_some());
}

#[tokio::test]
async fn a_hundred_requests_at_once_wake_one_instance() {
    let shop = Shop::open(|plan| environment(plan, "ECHO_START_MS", "50"));
    let answers = join_all((0..100).map(|_| shop.get("/"))).await;
    assert!(answers.iter().all(|(status, _)| *status == StatusCode::OK));
    assert_eq!(shop.diary().len(), 1);
}

#[tokio::test]
async fn min_scale_is_there_before_the_first_request() {
    let shop = Shop::open(|plan| plan.scale.min = 2);
    shop.until_ready(2).await;
    assert_eq!(shop.status().cold_starts, 0);
}

#[tokio::test]
async fn an_idle_function_goes_back_to_zero_and_hears_sigterm() {
    let shop = Shop::open(|plan| plan.scale.stable_window_seconds = 1);
    shop.get("/").await;
    shop.until("at zero", |function| function.instances.is_empty())
        .await;
    assert_eq!(shop.diary(), ["started echo-00001", "sigterm", "ended"]);
    assert_eq!(shop.get("/").await.0, StatusCode::OK);
    assert_eq!(shop.status().cold_starts, 2);
}

#[tokio::test]
async fn a_function_that_ignores_sigterm_is_killed() {
    let shop = Shop::open(|plan| {
        plan.scale.stable_window_seconds = 1;
        plan.timeout_seconds = 1;
        environment(plan, "ECHO_DEAF", "1");
    });
    shop.get("/").await;
    shop.until("at zero", |function| function.instances.is_empty())
        .await;
    assert_eq!(shop.diary(), ["started echo-00001", "sigterm"]);
}

#[tokio::test]
async fn a_kubelets_probe_wakes_nobody() {
    let shop = Shop::open(|_| ());
    let request = Request::get("/").header("user-agent", "kube-probe/1.34");
    let answer = read(shop.begin(request, Body::empty()).await).await;
    assert_eq!(answer, (StatusCode::OK, String::new()));
    assert_eq!(shop.status().instances, []);
}

#[tokio::test]
async fn an_open_stream_keeps_its_function_awake() {
    let shop = Shop::open(|plan| plan.scale.stable_window_seconds = 1);
    let answer = shop
        .begin(Request::get("/stream?5000"), Body::empty())
        .await;
    assert_eq!(shop.status().instances[0].in_flight, 1);
    let (_, dots) = read(answer).await;
    assert_eq!(dots.len(), 250);
    assert_eq!(shop.status().instances[0].in_flight, 0);
    assert_eq!(shop.diary().len(), 1);
}

#[tokio::test]
async fn under_load_no_instance_gets_more_than_its_limit() {
    let shop = Shop::open(|plan| {
        plan.container_concurrency = 1;
        plan.scale.target = 1.0;
        plan.scale.max = 3;
    });
    let watch = async {
        let mut most_instances = 0;
        loop {
            let function = shop.status();
            let most = function.instances.iter().map(|one| one.in_flight).max();
            assert!(most.unwrap_or(0) <= 1, "{function:#?}");
            most_instances = most_instances.max(function.instances.len());
            tokio::time::sleep(Duration::from_millis(5)).await;
            if most_instances == 3 && function.waiting == 0 {
                break;
            }
        }
    };
    let load = join_all((0..60).map(|_| shop.get("/slow?150")));
    let (answers, ()) = tokio::join!(load, watch);
    assert!(answers.iter().all(|(status, _)| *status == StatusCode::OK));
}

#[tokio::test]
async fn the_stop_lets_requests_under_way_finish_and_refuses_new_ones() {
    let shop = Shop::open(|_| ());
    shop.get("/").await;
    let request = shop.get("/slow?300");
    let stop = async {
        shop.until_noted("request").await;
        tokio::join!(shop.serving.stop(), async {
            shop.until_noted("sigterm").await;
            let refused = (
                StatusCode::SERVICE_UNAVAILABLE,
                "shutting down\n".to_owned(),
            );
            assert_eq!(shop.get("/").await, refused);
        });
    };
    let (answer, ()) = tokio::join!(request, stop);
    assert_eq!(answer, (StatusCode::OK, "slow".to_owned()));
    assert_eq!(shop.diary()[1..], ["request", "sigterm", "answer", "ended"]);
    assert_eq!(shop.status().instances, []);
}

#[tokio::test]
async fn the_answer_streams_while_it_is_made() {
    let shop = Shop::open(|_| ());
    let mut answer = shop
        .begin(Request::get("/stream?600000"), Body::empty())
        .await;
    let first = answer.body_mut().frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), ".");
    // Who reads no more gives the place back.
    drop(answer);
    shop.until("idle", |function| function.instances[0].in_flight == 0)
        .await;
}
