#![doc = include_str!("../README.md")]

mod scenarios;

use std::time::Duration;

use goose::config::GooseDefaultType;
use goose::metrics::GooseMetrics;
use goose::prelude::*;

use scenarios::browse::{category, first_page, product};
use scenarios::order::{log_in, place_and_follow};

/// More failures than this share of all requests and the run has failed.
const FAILURES_MAX: f64 = 0.001;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let metrics = GooseAttack::initialize()?
        .register_scenario(
            scenario!("Browse")
                .set_weight(4)?
                .set_wait_time(Duration::from_millis(50), Duration::from_millis(250))?
                .register_transaction(
                    transaction!(first_page)
                        .set_weight(3)?
                        .set_name("first page"),
                )
                .register_transaction(transaction!(category).set_weight(3)?.set_name("category"))
                .register_transaction(transaction!(product).set_weight(6)?.set_name("product")),
        )
        .register_scenario(
            scenario!("Order")
                .set_wait_time(Duration::from_millis(200), Duration::from_millis(800))?
                .register_transaction(transaction!(log_in).set_on_start().set_name("log in"))
                .register_transaction(transaction!(place_and_follow).set_name("order")),
        )
        .set_default(GooseDefault::Host, "http://127.0.0.1:8000")?
        .set_default(GooseDefault::Users, 20)?
        .set_default(GooseDefault::IncreaseRate, "10")?
        .set_default(GooseDefault::RunTime, 30)?
        .execute()
        .await?;
    judge(&metrics)
}

/// The thresholds: a run that breaks one ends with a sentence and exit code 1.
fn judge(metrics: &GooseMetrics) -> anyhow::Result<()> {
    let (good, bad) = metrics
        .requests
        .values()
        .fold((0, 0), |(good, bad), request| {
            (good + request.success_count, bad + request.fail_count)
        });
    anyhow::ensure!(
        good > 0,
        "no request succeeded; is the shop open? cargo souk ps"
    );
    let share = bad as f64 / (good + bad) as f64;
    anyhow::ensure!(
        share <= FAILURES_MAX,
        "{bad} of {} requests failed, {FAILURES_MAX} is the most that may",
        good + bad
    );
    Ok(())
}
