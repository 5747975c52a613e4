//! Measures the cost of a request through the activator and the queue-proxy: `cargo run -p souk-serving --example serving_throughput [seconds]`.
//!
//! The function is the example `serving_echo`; callers send GETs one after the other. Prints requests per second.

use std::env;
use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use futures::future::{BoxFuture, join_all};
use http::Request;
use souk_plan::model::{ObjectName, ServicePlan};
use souk_serving::{Launcher, Serving};
use tokio::process::{Child, Command};

#[path = "../tests/serving/plan.rs"]
mod plan;

use plan::plan;

const CALLERS: usize = 32;

struct Beside;

impl Launcher for Beside {
    fn launch(
        &self,
        _service: &ServicePlan,
        runtime: Vec<(String, String)>,
    ) -> BoxFuture<'static, io::Result<Child>> {
        Box::pin(async move {
            let mut echo = Command::new(env::current_exe()?.with_file_name("serving_echo"));
            echo.envs(runtime)
                .stdin(Stdio::null())
                .kill_on_drop(true)
                .spawn()
        })
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "what it is for")]
async fn main() {
    let seconds = env::args().nth(1).and_then(|text| text.parse().ok());
    let lasts = Duration::from_secs(seconds.unwrap_or(5));
    let plan = plan();
    let serving = Serving::start(std::slice::from_ref(&plan), Arc::new(Beside));
    let cold = Instant::now();
    call(&serving, &plan.object).await;
    println!("cold: {:?}", cold.elapsed());
    let begun = Instant::now();
    let callers = (0..CALLERS).map(|_| {
        let (serving, service) = (serving.clone(), plan.object.clone());
        tokio::spawn(async move {
            let mut count = 0_u32;
            while begun.elapsed() < lasts {
                call(&serving, &service).await;
                count += 1;
            }
            count
        })
    });
    let counts = join_all(callers).await;
    let total: u32 = counts.into_iter().map(Result::unwrap_or_default).sum();
    println!(
        "{:.0} requests/s",
        f64::from(total) / begun.elapsed().as_secs_f64()
    );
    serving.stop().await;
}

async fn call(serving: &Serving, service: &ObjectName) {
    let answer = serving.call(service, Request::new(Body::empty())).await;
    assert!(answer.status().is_success(), "{}", answer.status());
}
