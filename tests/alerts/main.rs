//! A real Prometheus looks at a shop with the rules of the cluster while customers order and one thing goes wrong: the alert that says so
//! is pending or fires within a minute, and no other.
//!
//! `.ci/rehearse-alerts` brings Prometheus and runs it, one test at a time; `SOUK_PROMETHEUS` names the program.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use journeys::process::repository;
use journeys::prometheus::Prometheus;
use journeys::{Client, Shop, order_of};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How long one thing goes wrong under load.
const WRONG_FOR: Duration = Duration::from_secs(60);
/// Before, everything is well for so long.
const WELL_FOR: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Three orders a second: a quiet shop, which this machine can be beside Prometheus.
const ORDER_EVERY: Duration = Duration::from_millis(330);
const PIECES: u32 = 100_000;
/// Says that somebody has switched a fault on, whichever it is.
const SWITCHED: &str = "FaultSwitchedOn";

/// The cluster's rules.
fn rules() -> Vec<PathBuf> {
    let folder = repository().join("terraform/cluster/charts/observability/rules");
    ["causes.yaml", "objectives.yaml"]
        .map(|name| folder.join(name))
        .into()
}

/// Customers who order all the time.
struct Load {
    ended: Arc<AtomicBool>,
    placed: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Load {
    async fn of(shop: &Shop) -> Self {
        let (customer, sku) = (shop.customer().await, shop.new_article(PIECES).await);
        let (ended, placed) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let (end, count) = (Arc::clone(&ended), Arc::clone(&placed));
        let task = tokio::spawn(async move {
            while !end.load(Ordering::Relaxed) {
                place(&customer, &sku).await;
                count.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(ORDER_EVERY).await;
            }
        });
        Self {
            ended,
            placed,
            task,
        }
    }

    async fn end(self) -> usize {
        self.ended.store(true, Ordering::Relaxed);
        self.task.await.expect("every order was answered");
        self.placed.load(Ordering::Relaxed)
    }
}

async fn place(customer: &Client, sku: &str) {
    let key = Uuid::new_v4().to_string();
    let order = order_of(sku, 1, "pm_card_visa");
    let answer = customer.post_once("/v1/orders", &key, order).await;
    let _ = answer.expect_one_of(&[202, 503]);
}

/// Which alerts were pending or firing at some moment of this time.
async fn seen_for(prometheus: &Prometheus, time: Duration) -> BTreeSet<String> {
    let (began, mut seen) = (Instant::now(), BTreeSet::new());
    while began.elapsed() < time {
        seen.extend(prometheus.alerts().await.expect("Prometheus answers"));
        tokio::time::sleep(LOOK_EVERY).await;
    }
    seen
}

/// Switches a fault as a person does, by `souk faults <words>`.
fn switch(shop: &Shop, words: &[&str]) {
    let switched = shop.local().souk(&[&["faults"], words].concat());
    let said = String::from_utf8_lossy(&switched.stderr).into_owned();
    assert!(switched.status.success(), "{words:?}: {said}");
}

/// Lets customers order while `words` go wrong: `expected` has to be seen then, and nothing but that and what follows from it.
async fn goes_wrong(words: &[&str], expected: &str, follows: &[&str]) {
    let shop = Shop::start(&["--faults".to_owned()]);
    let prometheus = Prometheus::with_rules(shop.local(), &rules()).await;
    let load = Load::of(&shop).await;
    let before = seen_for(&prometheus, WELL_FOR).await;
    assert!(before.is_empty(), "all was well, and yet: {before:?}");
    switch(&shop, words);
    let seen = seen_for(&prometheus, WRONG_FOR).await;
    let placed = load.end().await;
    let broken = prometheus.broken_rules().await.expect("Prometheus answers");
    assert!(broken.is_empty(), "{broken:#?}");
    eprintln!("{words:?}: {placed} orders, alerts {seen:?}");
    assert!(seen.contains(expected), "{expected} is not among {seen:?}");
    assert!(seen.contains(SWITCHED), "{SWITCHED} is not among {seen:?}");
    let known: BTreeSet<&str> = [expected, SWITCHED]
        .into_iter()
        .chain(follows.iter().copied())
        .collect();
    let others: Vec<&String> = seen
        .iter()
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(
        others.is_empty(),
        "{words:?} is not what {others:?} are about"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_in_which_all_is_well_raises_no_alert() {
    let shop = Shop::start(&["--faults".to_owned()]);
    let prometheus = Prometheus::with_rules(shop.local(), &rules()).await;
    let load = Load::of(&shop).await;
    let seen = seen_for(&prometheus, WELL_FOR + WRONG_FOR).await;
    let placed = load.end().await;
    let broken = prometheus.broken_rules().await.expect("Prometheus answers");
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(seen.is_empty(), "{placed} orders, and {seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_is_said_to_be_away() {
    goes_wrong(&["provider", "fail"], "PaymentProviderAway", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_slow_is_said_to_be_slow() {
    goes_wrong(&["provider", "slow"], "PaymentsSlow", &[]).await;
}

/// A letter is tried for half a minute, then it is a dead letter.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_takes_no_letters_is_named() {
    goes_wrong(&["mails", "fail"], "LettersRefused", &["DeadLettersOpen"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_nobody_can_handle_is_an_open_dead_letter() {
    goes_wrong(&["poison"], "DeadLettersOpen", &[]).await;
}

/// What is asked of it is tried for half a minute, then it is a dead letter.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_does_not_come_up_is_named() {
    let dead = ["function", "payments", "dead"];
    goes_wrong(&dead, "FunctionNotReady", &["DeadLettersOpen"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_whose_disk_is_full_lets_outboxes_wait() {
    goes_wrong(&["broker-disk", "full"], "OutboxLags", &[]).await;
}
