//! What the runtime itself needs while nothing happens: its own process, with its console, when every function sleeps.

use std::time::Duration;

use journeys::process::status_kib;
use journeys::{Shop, manifests};

use crate::{ORDERS, Row, Rush, asleep, busy_milliseconds};

const WATCHED_FOR: Duration = Duration::from_secs(60);

pub(crate) async fn rows() -> Vec<Row> {
    let manifests = manifests::with_window("6s");
    let shop = Shop::start(&manifests.arguments());
    let opened = idle(&shop, "the runtime idle, just opened").await;
    let _ = Rush::of(&shop).await.orders(ORDERS).await;
    let after = idle(&shop, &format!("the runtime idle, after {ORDERS} orders")).await;
    vec![opened, after]
}

/// Memory and processor time of `souk` itself over a minute in which nobody asks for anything.
async fn idle(shop: &Shop, what: &str) -> Row {
    asleep(shop).await;
    let pid = shop.local().pid();
    let before = busy_milliseconds(pid);
    tokio::time::sleep(WATCHED_FOR).await;
    let busy = (busy_milliseconds(pid) - before) as f64;
    let share = busy / WATCHED_FOR.as_secs_f64() / 10.0;
    let (now, most) = (status_kib(pid, "VmRSS:"), status_kib(pid, "VmHWM:"));
    let text = format!(
        "{:.1} MiB resident ({:.1} MiB at most so far), {share:.2} % of one core",
        now as f64 / 1024.0,
        most as f64 / 1024.0
    );
    (what.to_owned(), text)
}
