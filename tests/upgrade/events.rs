//! What the broker took while a test ran.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use journeys::process::souk;
use journeys::shop::Local;
use serde_json::Value;

/// The events of an order that runs through, each once.
const OF_AN_ORDER: [&str; 6] = [
    "dev.souk.order.placed.v1",
    "dev.souk.stock.reserved.v1",
    "dev.souk.payment.requested.v1",
    "dev.souk.payment.authorized.v1",
    "dev.souk.order.confirmed.v1",
    "dev.souk.shipment.booked.v1",
];

/// `souk events --follow`.
pub(crate) struct Events {
    souk: Child,
    lines: JoinHandle<Vec<Value>>,
}

impl Events {
    pub(crate) fn follow(shop: &Local) -> Self {
        let mut command = Command::new(souk());
        command.args(["events", "--follow", "--json", "--data-dir"]);
        command
            .arg(shop.data_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut souk = command.spawn().expect("souk can be started");
        let said = souk.stdout.take().expect("its output is a pipe");
        Self {
            souk,
            lines: std::thread::spawn(move || read(said)),
        }
    }

    /// All there were until the shop was closed.
    pub(crate) fn ended(mut self) -> Vec<Value> {
        let lines = self.lines.join().expect("the lines are JSON");
        self.souk.wait().expect("souk has ended");
        lines
    }
}

fn read(said: ChildStdout) -> Vec<Value> {
    let lines = BufReader::new(said).lines().map_while(Result::ok);
    lines
        .map(|line| serde_json::from_str(&line).expect("an event is JSON"))
        .collect()
}

/// Every order has each of its events once.
///
/// # Panics
///
/// Naming the first order that has not.
pub(crate) fn assert_each_order_has_each_event_once(events: &[Value], orders: &[String]) {
    let mut counts: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut taken: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for event in events {
        let text = |name: &str| event[name].as_str().unwrap_or_default();
        let key = (text("partitionkey"), text("type"));
        counts.entry(key).or_default().insert(text("id"));
        *taken.entry(key).or_default() += 1;
    }
    for order in orders {
        for event_type in OF_AN_ORDER {
            let key = (order.as_str(), event_type);
            let (ids, times) = (
                counts.get(&key).map_or(0, BTreeSet::len),
                taken.get(&key).copied(),
            );
            assert_eq!((ids, times), (1, Some(1)), "{event_type} of order {order}");
        }
    }
}
