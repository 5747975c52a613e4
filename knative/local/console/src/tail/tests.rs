//! Each line once, whatever happens to the file.

use std::io::Write as _;
use std::sync::Arc;
use std::time::SystemTime;

use super::*;
use crate::store::{LogFilter, Store};
use crate::telemetry::Limits;

struct World {
    logs: tempfile::TempDir,
    _history: tempfile::TempDir,
    store: Store,
    tail: Tail,
}

impl World {
    fn new() -> Self {
        let history = tempfile::tempdir().unwrap();
        let logs = tempfile::tempdir().unwrap();
        let now: Now = Arc::new(|| SystemTime::UNIX_EPOCH);
        let store = Store::open(history.path(), Limits::default(), now.clone()).unwrap();
        let tail = Tail::new(logs.path().to_owned(), Vec::new(), store.clone(), now);
        Self {
            logs,
            _history: history,
            store,
            tail,
        }
    }

    fn write(&self, log: &str, text: &str) {
        let path = self.logs.path().join(format!("{log}.log"));
        let mut options = fs::OpenOptions::new();
        let mut file = options.create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Looks at everything, and gives all messages, oldest first.
    async fn messages(&mut self) -> Vec<String> {
        self.tail.looks = 0;
        self.tail.look();
        self.store.flush().await;
        let filter = LogFilter {
            limit: 100,
            ..LogFilter::default()
        };
        let page = self.store.lines(filter).await.unwrap();
        let page = serde_json::to_value(&page.lines).unwrap();
        let messages = page.as_array().unwrap().iter().rev();
        messages
            .map(|line| line["message"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn a_line_is_kept_when_it_is_whole_and_once() {
    let mut world = World::new();
    world.write("orders", "one\ntw");
    assert_eq!(world.messages().await, ["one"]);
    world.write("orders", "o\n\nthree\n");
    assert_eq!(world.messages().await, ["one", "two", "three"]);
    assert_eq!(world.messages().await, ["one", "two", "three"]);
}

#[tokio::test]
async fn who_is_killed_goes_on_where_the_file_was_read() {
    let mut world = World::new();
    world.write("orders", "one\n");
    world.messages().await;
    let marks = world.store.read_marks().await.unwrap();
    let now = world.tail.now.clone();
    let folder = world.logs.path().to_owned();
    world.tail = Tail::new(folder, marks, world.store.clone(), now);
    world.write("orders", "two\n");
    assert_eq!(world.messages().await, ["one", "two"]);
}

#[tokio::test]
async fn a_log_that_was_put_aside_is_read_to_its_end_first() {
    let mut world = World::new();
    world.write("orders", "one\n");
    world.messages().await;
    world.write("orders", "two\n");
    let path = world.logs.path().join("orders.log");
    fs::rename(&path, path.with_extension("log.1")).unwrap();
    world.write("orders", "three\n");
    assert_eq!(world.messages().await, ["one", "two", "three"]);
}

#[tokio::test]
async fn of_a_file_that_was_never_read_only_the_end_is_and_it_begins_with_a_line() {
    let mut world = World::new();
    let line = format!("{}\n", "x".repeat(1023));
    for _ in 0..1025 {
        world.write("orders", &line);
    }
    world.write("orders", "last\n");
    let messages = world.messages().await;
    assert_eq!(messages.last().unwrap(), "last");
    assert!(
        messages
            .iter()
            .all(|one| one == "last" || one.len() == 1023)
    );
}
