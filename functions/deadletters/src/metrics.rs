//! What the shop wants to know of its dead letters.

use std::{sync::Arc, time::Duration};

use souk_kit::metrics::{Counter, Gauge};
use sqlx::PgPool;
use tokio::{sync::Notify, time::timeout};

use crate::{
    domain::{DeadLetter, Status, Subscribers},
    store::{claims, dead_letters::Wanted},
};

static RECEIVED: Counter = Counter::new(
    "souk.dead_letters.received",
    "{event}",
    "Events that the broker gave up on, by the function that did not take them.",
);
static SETTLED: Counter = Counter::new(
    "souk.dead_letters.settled",
    "{event}",
    "Dead letters that were taken at last, or discarded.",
);
static OPEN: Gauge = Gauge::new(
    "souk.dead_letters.open",
    "{event}",
    "Dead letters that nobody has dealt with.",
);

/// What stands for a name that is not of this shop: a dead letter may say anything, and each name is a series.
const OTHER: &str = "other";
/// How the types of the shop's events begin.
const TYPES: &str = "dev.souk.";
const TYPE_BYTES_MAX: usize = 100;
/// Without a change they are counted again after this: what is too old is deleted, and another instance may settle some.
const RECOUNTED_AFTER: Duration = Duration::from_secs(60);

/// A letter was kept that was not open before.
pub(crate) fn received(letter: &DeadLetter, subscribers: &Subscribers) {
    let address = letter.destination_url();
    let is_ours = address.is_some_and(|address| subscribers.address(address).is_some());
    let destination = letter.destination().filter(|_| is_ours);
    let event_type = letter.text("type").filter(|name| is_type(name));
    let destination = destination.as_deref().unwrap_or(OTHER);
    let event_type = event_type.unwrap_or(OTHER);
    let labels = [
        ("souk.destination", destination),
        ("cloudevents.event_type", event_type),
    ];
    RECEIVED.add(1, &labels);
}

/// So many were settled: `redriven` or `discarded`.
pub(crate) fn settled(status: Status, letters: usize) {
    let outcome = ("souk.outcome", status.name());
    SETTLED.add(letters as u64, &[outcome]);
}

fn is_type(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_';
    name.starts_with(TYPES) && name.len() <= TYPE_BYTES_MAX && name.bytes().all(is_plain)
}

/// Keeps count of the letters that are open, one count at a time however many come at once. Clones share it.
#[derive(Clone)]
pub(crate) struct OpenCount(Arc<Notify>);

impl OpenCount {
    /// Counts now, and then as long as the process lives.
    pub(crate) fn of(pool: PgPool) -> Self {
        let changed = Arc::new(Notify::new());
        changed.notify_one();
        let told = Arc::clone(&changed);
        tokio::spawn(async move {
            loop {
                // Changed, or the time is over: both are a reason to count.
                let _ = timeout(RECOUNTED_AFTER, told.notified()).await;
                match claims::count_open(&pool, &Wanted::open()).await {
                    Ok(open) => OPEN.set(open, &[]),
                    Err(error) => tracing::debug!(%error, "open dead letters are not counted now"),
                }
            }
        });
        Self(changed)
    }

    /// There may be more of them now, or fewer.
    pub(crate) fn changed(&self) {
        self.0.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use souk_kit::metrics::Readout;

    use super::*;
    use crate::testing::{Office, refused};

    #[tokio::test]
    async fn a_letter_is_received_once_and_again_when_it_comes_back_after_it_was_settled() {
        let told = Readout::start();
        // No other test has a function of this name.
        let label = ("souk.destination", "warehouse");
        let received = || told.count("souk.dead_letters.received", &[label]);
        let office = Office::open().await;
        for expected in [1, 1] {
            office.deliver(&refused("1", "warehouse"), b"{}").await;
            assert_eq!(received(), expected);
        }
        let body = json!({ "filter": { "destination": "warehouse" }, "reason": "a test" });
        office.post("/v1/dead-letters/discard", body).await;
        office.deliver(&refused("1", "warehouse"), b"{}").await;
        assert_eq!(received(), 2);
    }

    #[tokio::test]
    async fn what_is_redriven_and_what_is_discarded_is_settled() {
        let told = Readout::start();
        let settled =
            |outcome| told.count("souk.dead_letters.settled", &[("souk.outcome", outcome)]);
        let before = (settled("redriven"), settled("discarded"));
        let office = Office::open().await;
        for id in ["1", "2", "3"] {
            office.deliver(&refused(id, "inventory"), b"{}").await;
        }
        let ids = office.list("").await;
        let path = |index: usize, verb| format!("/v1/dead-letters/{}/{verb}", ids[index]);
        office
            .post(&path(0, "redrive"), serde_json::Value::Null)
            .await;
        let reason = json!({ "reason": "a test" });
        office.post(&path(1, "discard"), reason).await;
        let filter = json!({ "filter": { "destination": "inventory" } });
        office.post("/v1/dead-letters/redrive", filter).await;
        assert!(settled("redriven") >= before.0 + 2);
        assert!(settled("discarded") > before.1);
    }

    #[tokio::test]
    async fn names_that_strangers_choose_make_no_series() {
        let told = Readout::start();
        let mut letter = refused("1", "inventory");
        for (name, value) in &mut letter {
            match *name {
                "ce-type" => *value = "com.example.made.up".into(),
                "ce-knativeerrordest" => *value = "http://elsewhere.example/events".into(),
                _ => {}
            }
        }
        Office::open().await.deliver(&letter, b"{}").await;
        let other = [
            ("souk.destination", OTHER),
            ("cloudevents.event_type", OTHER),
        ];
        assert!(told.count("souk.dead_letters.received", &other) >= 1);
        let all = told.series();
        let mut texts = all.iter().flat_map(|series| series.labels.values());
        assert!(!texts.any(|text| text.contains("example")));
    }
}
