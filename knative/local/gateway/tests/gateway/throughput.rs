//! How much one gateway answers. Run by hand: `cargo test -p souk-gateway -- --ignored --nocapture`.

use std::time::Instant;

use axum::body::Body;
use http::Response;

use crate::shop::{Identity, in_an_hour, plan};
use crate::support::{Upstream, client_address, gateway, request};

const TASKS: u32 = 8;
const REQUESTS: u32 = 20_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, and asserts nothing about time"]
async fn answers_per_second() {
    let identity = Identity::new();
    let mut plan = plan(&identity);
    for plugin in &mut plan.0.plugins {
        if plugin.name == "rate-limiting" {
            plugin.config["minute"] = 1_000_000_000.into();
        }
    }
    let gateway = gateway(
        &plan,
        Upstream(|_| async { Response::new(Body::from("{}")) }),
    );
    let bearer = format!("Bearer {}", identity.token(in_an_hour()));
    for path in ["/v1/products/7", "/v1/orders/7"] {
        let began = Instant::now();
        let tasks = (0..TASKS).map(|_| {
            let (gateway, bearer) = (gateway.clone(), bearer.clone());
            tokio::spawn(async move {
                for _ in 0..REQUESTS {
                    let sent = request("GET", path, &[("authorization", bearer.as_str())]);
                    let response = gateway.answer(sent, client_address()).await;
                    assert_eq!(response.status(), 200);
                }
            })
        });
        futures::future::try_join_all(tasks).await.unwrap();
        let rate = f64::from(TASKS * REQUESTS) / began.elapsed().as_secs_f64();
        println!("GET {path}: {rate:.0} requests/s");
    }
}
