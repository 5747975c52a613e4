//! Ten times of what the shop can do, for a minute: `cargo run --release --bin overload`.
//!
//! First it finds how many orders are confirmed in a second when so many are under way all the time. Then it offers ten times as many,
//! whether or not they are answered, and looks at what is confirmed meanwhile, at how soon the others are refused, at the memory of every
//! process, and at how soon all is as before. The load runs on the same processors as the shop; the table says so.

mod load;
mod memory;
mod report;

use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt as _};
use journeys::{Client, Shop};
use load::{Connection, Orders, open_loop};
use report::Row;

const CUSTOMERS: usize = 24;
/// Orders under way while the peak is looked for.
const UNDER_WAY: u64 = 96;
const AT_ONCE: usize = 32;
const WARMING: Duration = Duration::from_secs(10);
const PEAK_LASTS: Duration = Duration::from_secs(30);
const TIMES: f64 = 10.0;
const OVERLOAD_LASTS: Duration = Duration::from_secs(60);
const CONNECTIONS: usize = 256;
/// A single order that is accepted at once and confirmed within this finds a shop that is as before.
const AS_BEFORE: Duration = Duration::from_secs(1);
const RECOVERY_AWAITED: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(250);

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() {
    let shop = Shop::start(&[]);
    let sku = shop.new_article(500_000).await;
    let orders = orders(&shop, &sku).await;
    let watcher = shop.customer().await;
    println!("warming up, then {PEAK_LASTS:?} for the peak");
    let _ = closed_loop(&shop, &orders, WARMING).await;
    let peak = closed_loop(&shop, &orders, PEAK_LASTS).await;
    settled(&shop).await;
    println!("{peak:.1} a second at the peak; {TIMES} times as many for {OVERLOAD_LASTS:?}");
    let processes = memory::processes(shop.local());
    let before = memory::resident(&processes);
    let watch = memory::Watch::begin(processes);
    let (confirmed_before, began) = (confirmed(&shop), Instant::now());
    let outcome = open_loop(&orders, peak * TIMES, OVERLOAD_LASTS, CONNECTIONS).await;
    let (confirmed_after, took) = (confirmed(&shop), began.elapsed());
    let recovery = recovery(&watcher, &sku).await;
    let during = watch.end();
    let goodput = per_second(confirmed_after - confirmed_before, took);
    let mut rows = report::rates(peak, goodput, &outcome);
    rows.extend(report::refusals(&outcome));
    rows.push(recovery);
    rows.extend(report::memories(&before, &during));
    report::print(&rows);
}

async fn orders(shop: &Shop, sku: &str) -> Orders {
    let customers = stream::iter(0..CUSTOMERS)
        .map(|_| shop.customer())
        .buffered(4);
    let customers: Vec<Client> = customers.collect().await;
    let tokens = customers.iter().map(|one| one.token().to_owned());
    Orders::new(&shop.gateway, tokens.collect(), sku)
}

/// Keeps so many orders under way for `lasts`; how many were confirmed a second, not counting the first third.
async fn closed_loop(shop: &Shop, orders: &Orders, lasts: Duration) -> f64 {
    let (first, began) = (confirmed(shop), Instant::now());
    let (mut connections, mut placed, mut counted) =
        (connections(orders, AT_ONCE), 0_u64, (first, began));
    while began.elapsed() < lasts {
        let now = confirmed(shop);
        if began.elapsed() < lasts / 3 {
            counted = (now, Instant::now());
        }
        let missing = UNDER_WAY.saturating_sub(placed.saturating_sub(now - first));
        if missing == 0 {
            tokio::time::sleep(LOOK / 10).await;
            continue;
        }
        placed += place(&mut connections, missing).await;
    }
    per_second(confirmed(shop) - counted.0, counted.1.elapsed())
}

fn connections(orders: &Orders, number: usize) -> Vec<Connection> {
    (0..number).map(|_| Connection::new(orders)).collect()
}

/// Places so many orders, spread over the connections; how many were accepted.
async fn place(connections: &mut [Connection], number: u64) -> u64 {
    let share = number.div_ceil(connections.len() as u64);
    let placing = connections.iter_mut().map(async |connection| {
        let mut accepted = 0;
        for turn in 0..share {
            let answered = connection
                .order(usize::try_from(turn).unwrap_or_default())
                .await;
            accepted += u64::from(answered.is_some_and(|one| one.status == 202));
        }
        accepted
    });
    futures::future::join_all(placing).await.into_iter().sum()
}

/// How many orders shipping has heard to be confirmed, since the shop was opened.
fn confirmed(shop: &Shop) -> u64 {
    let ps = shop.local().ps();
    let triggers = ps["triggers"].as_array().into_iter().flatten();
    let mut heard = triggers.filter(|one| one["name"] == "shipping-on-order-confirmed");
    let heard = heard.next().and_then(|one| one["delivered"].as_u64());
    heard.expect("ps says how much was delivered to shipping-on-order-confirmed")
}

/// Waits until nothing more is confirmed.
async fn settled(shop: &Shop) {
    let mut last = confirmed(shop);
    loop {
        tokio::time::sleep(LOOK * 8).await;
        let now = confirmed(shop);
        if now == last {
            return;
        }
        last = now;
    }
}

/// Places one order after the other until one is accepted and confirmed as before.
async fn recovery(customer: &Client, sku: &str) -> Row {
    let ended = Instant::now();
    let what = "from the end of the load to the first order that is confirmed within a second";
    while ended.elapsed() < RECOVERY_AWAITED {
        let placed = Instant::now();
        if is_as_before(customer, sku, placed).await {
            let after = (placed - ended).as_secs_f64();
            return (what.to_owned(), format!("{after:.1} s"), "at most 5 s");
        }
        tokio::time::sleep(LOOK).await;
    }
    (what.to_owned(), "never".to_owned(), "at most 5 s")
}

async fn is_as_before(customer: &Client, sku: &str, placed: Instant) -> bool {
    let key = uuid::Uuid::new_v4().to_string();
    let body = journeys::order_of(sku, 1, "pm_card_visa");
    let answer = customer.post_once("/v2/orders", &key, body).await;
    if answer.status != 202 {
        return false;
    }
    let path = format!("/v2/orders/{}", answer.text("/order_id"));
    while placed.elapsed() < AS_BEFORE {
        let order = customer.get(&path).await;
        if order.status == 200 && order.text("/state/status") == "confirmed" {
            return true;
        }
        tokio::time::sleep(LOOK / 10).await;
    }
    false
}

fn per_second(number: u64, time: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let number = number as f64;
    number / time.as_secs_f64()
}
