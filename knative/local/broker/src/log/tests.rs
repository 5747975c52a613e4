use souk_plan::model::ObjectName;
use tempfile::TempDir;

use super::*;

fn brokers() -> Vec<BrokerPlan> {
    let object = ObjectName {
        namespace: "souk".to_owned(),
        name: "default".to_owned(),
    };
    vec![BrokerPlan {
        object,
        partitions: 1,
    }]
}

fn event(id: &str, bytes: usize) -> Event {
    Event {
        attributes: [("id".to_owned(), id.to_owned())].into(),
        data: vec![b'x'; bytes].into(),
        ..Event::default()
    }
}

fn open(dir: &TempDir) -> Log {
    Log::open(dir.path(), &brokers(), &[]).unwrap().0
}

/// All of the partition, in pieces as a consumer would read it.
async fn ids(log: &Log) -> Vec<String> {
    let partition = &log.topics()[0].partitions()[0];
    let mut ids = Vec::new();
    while ids.len() < usize::try_from(partition.end()).unwrap() {
        let read = log.read(partition, ids.len() as u64).await.unwrap();
        assert!(!read.is_empty());
        ids.extend(
            read.iter()
                .filter_map(|one| one.event.attribute("id").map(str::to_owned)),
        );
    }
    ids
}

#[tokio::test]
async fn what_is_in_memory_and_what_is_in_the_file_are_the_same_events() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(&dir);
    let topic = Arc::clone(&log.topics()[0]);
    // More than memory keeps, and in one go, so that few syncs are needed.
    let appends = (0..1000).map(|id| log.append(&topic, event(&id.to_string(), 10)));
    for stored in futures::future::join_all(appends).await {
        stored.unwrap();
    }
    let before = ids(&log).await;
    let different: std::collections::BTreeSet<_> = before.iter().collect();
    assert_eq!(different.len(), 1000);
    log.close().await;
    assert!(log.append(&topic, event("late", 10)).await.is_err());
    assert!(ids(&open(&dir)).await == before, "the order has changed");
}

#[tokio::test]
async fn a_full_disk_refuses_the_event_and_the_log_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let connection = schema::connect(dir.path()).unwrap();
    connection
        .pragma_update(None, "max_page_count", 64)
        .unwrap();
    let reader = Reader::new(schema::connect_to_read(dir.path()).unwrap());
    let lock = schema::lock(dir.path()).unwrap();
    let (log, _) = Log::start(connection, reader, lock, &brokers(), &[]).unwrap();
    let topic = &log.topics()[0];
    log.append(topic, event("small", 10)).await.unwrap();
    let refused = log
        .append(topic, event("large", 1 << 20))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("full"), "{refused}");
    log.append(topic, event("next", 10)).await.unwrap();
    assert_eq!(ids(&log).await, ["small", "next"]);
}

#[tokio::test]
async fn a_disk_that_is_full_on_purpose_has_no_room_in_the_file_either_until_it_is_given_back() {
    let dir = tempfile::tempdir().unwrap();
    let connection = schema::connect(dir.path()).unwrap();
    let free =
        "CREATE TABLE old (data BLOB); INSERT INTO old VALUES (zeroblob(1 << 22)); DROP TABLE old";
    connection.execute_batch(free).unwrap();
    drop(connection);
    let log = open(&dir);
    let topic = Arc::clone(&log.topics()[0]);
    log.set_full(true).await.unwrap();
    let refused = log.append(&topic, event("1", 10_000)).await.unwrap_err();
    assert!(refused.to_string().contains("full"), "{refused}");
    log.set_full(true).await.unwrap();
    log.set_full(false).await.unwrap();
    log.append(&topic, event("2", 10_000)).await.unwrap();
    assert_eq!(ids(&log).await, ["2"]);
}

#[tokio::test]
async fn a_log_that_was_left_full_has_room_when_it_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(&dir);
    log.set_full(true).await.unwrap();
    log.close().await;
    let log = open(&dir);
    let topic = Arc::clone(&log.topics()[0]);
    log.append(&topic, event("1", 1 << 20)).await.unwrap();
}

#[tokio::test]
async fn a_log_of_another_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let connection = schema::connect(dir.path()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let refused = Log::open(dir.path(), &brokers(), &[]).err().unwrap();
    assert!(refused.to_string().contains("99"), "{refused}");
}
