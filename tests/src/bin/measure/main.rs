//! Measures a shop of its own and prints the table of the README: `cargo run --bin measure`. Parts of it by name: `cargo run --bin
//! measure -- telemetry idle`.
//!
//! Numbers are of this machine and this build; they are printed beside what the same run measured without the shop's work.

mod idle;
mod telemetry;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt as _};
use journeys::order_of;
use journeys::process::{children, status_kib};
use journeys::wait::within;
use journeys::{Client, Shop, manifests};
use serde_json::Value;
use uuid::Uuid;

const COLD_ROUNDS: usize = 3;
const WARM_ORDERS: usize = 100;
const ORDERS: usize = 2_000;
const AT_ONCE: usize = 48;
/// Who order; the gate's limits are out of the way, as in all tests.
const CUSTOMERS: usize = 48;
/// After a refusal, as its `Retry-After` says.
const REFUSED_PAUSE: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::main]
async fn main() {
    let parts: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let mut rows = vec![machine()];
    if is_wanted("idle") {
        rows.extend(idle::rows().await);
    }
    if is_wanted("telemetry") {
        rows.extend(telemetry::rows().await);
    }
    if is_wanted("shop") {
        rows.extend(shop().await);
    }
    print(&rows);
}

/// What a shop does, and what it needs for it.
async fn shop() -> Vec<Row> {
    let manifests = manifests::with_window("6s");
    let shop = Shop::start(&manifests.arguments());
    let mut rows = vec![bare_request(&shop).await];
    rows.push(cold_request(&shop).await);
    rows.push(placed_to_confirmed(&shop).await);
    rows.push(orders_per_second(&shop).await);
    rows.extend(functions(&shop));
    rows.push(idle_memory(&shop).await);
    let (shop, start) = start_again(shop);
    rows.insert(0, start);
    drop(shop);
    rows
}

/// A row: what, and how much.
type Row = (String, String);

fn machine() -> Row {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let profile = if cfg!(debug_assertions) {
        "dev (opt-level 1)"
    } else {
        "release"
    };
    let model = model.unwrap_or("unknown processor");
    (
        "machine".to_owned(),
        format!("{cores} cores, {model}; build: {profile}"),
    )
}

/// What any request costs that only the gateway answers: the yardstick for the rest.
async fn bare_request(shop: &Shop) -> Row {
    let visitor = shop.visitor();
    let mut times = Vec::new();
    for _ in 0..WARM_ORDERS {
        let started = Instant::now();
        let _ = visitor.get("/nowhere").await.expect(404);
        times.push(started.elapsed());
    }
    row("a request that the gateway answers itself", &mut times)
}

/// Waits until everything sleeps, asks each function once, and again.
async fn cold_request(shop: &Shop) -> Row {
    let (customer, operator) = (shop.customer().await, shop.operator().await);
    let asked = [
        (&customer, "/v1/products?limit=10"),
        (&customer, "/v1/stock/COF-ETH-250"),
        (&customer, "/v1/identity/jwks.json"),
        (&customer, "/v1/orders"),
        (&customer, "/v1/carts"),
        (&customer, "/v1/shipments"),
        (&customer, "/v1/payments"),
        (&customer, "/v1/notifications"),
        (&operator, "/v1/dead-letters"),
    ];
    let mut times = Vec::new();
    for _ in 0..COLD_ROUNDS {
        asleep(shop).await;
        for (client, path) in asked {
            let started = Instant::now();
            let _ = client.get(path).await.expect(200);
            times.push(started.elapsed());
        }
    }
    let what = format!(
        "first request to a sleeping function ({} functions, {COLD_ROUNDS} times each)",
        asked.len()
    );
    row(&what, &mut times)
}

async fn asleep(shop: &Shop) {
    within(PATIENCE, "all functions to sleep", async || {
        let left = shop.local().processes(None);
        if left.is_empty() {
            Ok(())
        } else {
            Err(format!("{left:?}"))
        }
    })
    .await;
}

async fn placed_to_confirmed(shop: &Shop) -> Row {
    let customer = shop.customer().await;
    let sku = shop.new_article(10_000).await;
    let mut times = Vec::new();
    for number in 0..WARM_ORDERS + 5 {
        let started = Instant::now();
        let order_id = customer.order(&sku, 1, "pm_card_visa").await;
        decided(&customer, &order_id).await;
        if number >= 5 {
            times.push(started.elapsed());
        }
    }
    row("order placed to confirmed, warm, one at a time", &mut times)
}

async fn decided(customer: &Client, order_id: &str) {
    let path = format!("/v1/orders/{order_id}");
    loop {
        let order = customer.get(&path).await.expect(200);
        if order.text("/status") == "confirmed" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn orders_per_second(shop: &Shop) -> Row {
    let rush = Rush::of(shop).await.orders(ORDERS).await;
    let (accepted, confirmed) = (rush.accepted, rush.confirmed);
    (
        format!("orders per second, {AT_ONCE} at once, {ORDERS} in all (load on the same machine)"),
        format!("{confirmed:.0} confirmed ({accepted:.0} accepted)"),
    )
}

/// Many who order at once.
struct Rush {
    customers: Vec<Client>,
    merchant: Client,
    sku: String,
}

/// Orders per second.
#[derive(Clone, Copy)]
struct PerSecond {
    accepted: f64,
    confirmed: f64,
}

impl Rush {
    async fn of(shop: &Shop) -> Self {
        let sku = shop.new_article(100_000).await;
        let customers = stream::iter(0..CUSTOMERS)
            .map(|_| shop.customer())
            .buffered(4);
        Self {
            customers: customers.collect().await,
            merchant: shop.merchant().await,
            sku,
        }
    }

    /// Places so many orders, and waits until each is decided.
    async fn orders(&self, orders: usize) -> PerSecond {
        let started = Instant::now();
        let placed = stream::iter(0..orders).map(|number| {
            let customer = &self.customers[number % CUSTOMERS];
            place(customer, &self.sku)
        });
        placed.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
        let accepted = started.elapsed();
        within(PATIENCE, "all orders to be decided", async || {
            let path = "/v1/orders?status=pending&limit=1";
            let pending = self.merchant.get(path).await.expect(200);
            match pending.items().is_empty() {
                true => Ok(()),
                false => Err("some wait"),
            }
        })
        .await;
        let per_second = |time: Duration| orders as f64 / time.as_secs_f64();
        PerSecond {
            accepted: per_second(accepted),
            confirmed: per_second(started.elapsed()),
        }
    }
}

/// Places an order, and asks again when it is told to.
async fn place(customer: &Client, sku: &str) {
    let key = Uuid::new_v4().to_string();
    let order = order_of(sku, 1, "pm_card_visa");
    loop {
        let answer = customer.post_once("/v1/orders", &key, order.clone()).await;
        if answer.expect_one_of(&[202, 503]).status == 202 {
            return;
        }
        // The rush begins at once; the shop finds out first how much it can do.
        tokio::time::sleep(REFUSED_PAUSE).await;
    }
}

/// What each function has needed so far, of those that are awake: where requests and limits in knative/base come from.
fn functions(shop: &Shop) -> Vec<Row> {
    let ps = shop.local().ps();
    let functions = ps["functions"].as_array().into_iter().flatten();
    let needed = |function: &Value| {
        let name = function["name"].as_str()?;
        let pids = shop.local().processes(Some(name));
        // The most memory that a process has had.
        let peak = pids.iter().map(|pid| status_kib(*pid, "VmHWM:")).max()?;
        let busy: u64 = pids.iter().map(|pid| busy_milliseconds(*pid)).sum();
        let text = format!(
            "{} MiB at most in one of {} processes, processor time {busy} ms in all",
            peak / 1024,
            pids.len()
        );
        Some((format!("{name} after that"), text))
    };
    functions.filter_map(needed).collect()
}

/// Processor time of the process, its own and the kernel's for it.
fn busy_milliseconds(pid: i32) -> u64 {
    busy(pid, 2)
}

/// The same of everything that it has started, of what has ended too.
fn family_milliseconds(pid: i32) -> u64 {
    let living = children(pid).into_iter().map(family_milliseconds);
    busy(pid, 4) + living.sum::<u64>()
}

/// Two counts: the process's own time and the kernel's for it. Four: those of its children that have ended as well. Linux counts in
/// hundredths of a second here.
fn busy(pid: i32, counts: usize) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(counts);
    ticks
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum::<u64>()
        * 10
}

/// Proportional set size of `souk`, engines and stand-ins when every function sleeps.
async fn idle_memory(shop: &Shop) -> Row {
    asleep(shop).await;
    let ps = shop.local().ps();
    let pid = |one: &Value| i32::try_from(one["pid"].as_i64()?).ok();
    let mut parts: Vec<(String, u64)> =
        vec![("souk".to_owned(), family_kib(shop.local().pid(), false))];
    for one in ["engines", "stand_ins"]
        .iter()
        .flat_map(|key| ps[key].as_array().into_iter().flatten())
    {
        if let Some(pid) = pid(one) {
            parts.push((
                one["name"].as_str().unwrap_or_default().to_owned(),
                family_kib(pid, true),
            ));
        }
    }
    let total: u64 = parts.iter().map(|(_, kib)| kib).sum();
    let mut text = format!("{} MB (", total / 1024);
    for (name, kib) in &parts {
        let _ = write!(text, "{name} {}, ", kib / 1024);
    }
    (
        "memory of everything idle (PSS)".to_owned(),
        format!("{})", text.trim_end_matches(", ")),
    )
}

/// A process's memory, with its children's when they belong to it.
fn family_kib(pid: i32, with_children: bool) -> u64 {
    let theirs: u64 = if with_children {
        children(pid)
            .into_iter()
            .map(|pid| family_kib(pid, true))
            .sum()
    } else {
        0
    };
    theirs + pss_kib(pid)
}

fn pss_kib(pid: i32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Closes the shop and opens it again: what a start costs when everything is built and filled.
fn start_again(shop: Shop) -> (Shop, Row) {
    let closed = shop.local().souk(&["down"]);
    assert!(closed.status.success(), "{closed:?}");
    let started = Instant::now();
    let shop = shop.reopen();
    let row = (
        "start of `souk up` to ready, existing build and data".to_owned(),
        format!("{:.2} s", started.elapsed().as_secs_f64()),
    );
    (shop, row)
}

fn row(what: &str, times: &mut [Duration]) -> Row {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    (
        what.to_owned(),
        format!(
            "p50 {:.1} ms, p95 {:.1} ms, max {:.1} ms",
            at(50),
            at(95),
            at(100)
        ),
    )
}

#[allow(clippy::print_stdout)]
fn print(rows: &[Row]) {
    println!("| measured | |\n|---|---|");
    for (what, how_much) in rows {
        println!("| {what} | {how_much} |");
    }
}
