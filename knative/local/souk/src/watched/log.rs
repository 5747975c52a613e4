//! The broker's log, read beside the broker: the newest events, and those about one thing however old they are.
//!
//! The broker itself shows its newest 200 only. Its file is opened for reading, as `souk audit` does; nothing is ever written to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Row, params};
use serde_json::{Value, json};

use super::masked;

const FILE: &str = "events.db";
/// How far back is looked for what is filtered: an hour of a busy shop. Bounds the time that it takes.
const LOOKED_AT: i64 = 100_000;

/// Where the log is.
#[derive(Debug, Clone)]
pub(super) struct Log {
    file: PathBuf,
}

impl Log {
    /// The log in this folder.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            file: folder.join(FILE),
        }
    }

    /// The newest events that match, newest first, with personal data masked. A sentence when the log cannot be read.
    pub(super) async fn newest(
        &self,
        limit: usize,
        event_type: Option<&str>,
        key: Option<&str>,
    ) -> Result<Vec<Value>, String> {
        let file = self.file.clone();
        let (event_type, key) = (event_type.map(str::to_owned), key.map(str::to_owned));
        let read = move || read(&file, limit, event_type.as_deref(), key.as_deref());
        let read = tokio::task::spawn_blocking(read).await;
        let read = read.map_err(|error| error.to_string())?;
        read.map_err(|error| error.to_string())
    }
}

fn read(
    file: &Path,
    limit: usize,
    event_type: Option<&str>,
    key: Option<&str>,
) -> rusqlite::Result<Vec<Value>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(2))?;
    // What does not hold the words is not read as JSON at all.
    let mut select = connection.prepare(
        "SELECT partitions.namespace || '/' || partitions.broker, partitions.number, events.offset,
             events.accepted_at, events.head, events.data
         FROM events JOIN partitions ON partitions.id = events.partition_id
         WHERE events.sequence > (SELECT max(sequence) FROM events) - ?1
             AND (?2 IS NULL OR instr(events.head, CAST(?2 AS BLOB)) > 0)
             AND (?3 IS NULL OR instr(events.head, CAST(?3 AS BLOB)) > 0)
         ORDER BY events.sequence DESC",
    )?;
    let rows = select.query_map(params![LOOKED_AT, event_type, key], event)?;
    let fits = |event: &Value| {
        event_type.is_none_or(|wanted| event["type"] == wanted)
            && key.is_none_or(|wanted| event["partitionkey"] == wanted)
    };
    let fitting = rows.filter(|row| row.as_ref().map_or(true, fits));
    fitting.take(limit).collect()
}

/// As `souk events` says it, with the id of its trace beside it.
fn event(row: &Row<'_>) -> rusqlite::Result<Value> {
    type Head = (BTreeMap<String, Value>, BTreeMap<String, String>);
    let (head, data): (Vec<u8>, Vec<u8>) = (row.get(4)?, row.get(5)?);
    let (attributes, trace): Head = serde_json::from_slice(&head).unwrap_or_default();
    let mut event: Value = attributes.into_iter().collect();
    let accepted_at = chrono::DateTime::from_timestamp_millis(row.get(3)?).unwrap_or_default();
    event["accepted_at"] = json!(accepted_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
    event["broker"] = json!(row.get::<_, String>(0)?);
    event["partition"] = json!(row.get::<_, u32>(1)?);
    event["offset"] = json!(row.get::<_, u64>(2)?);
    event["trace_id"] = trace
        .get("traceparent")
        .and_then(|context| context.split('-').nth(1))
        .into();
    if !data.is_empty() {
        event["data"] = match serde_json::from_slice(&data) {
            Ok(data) => masked::personal(data),
            Err(_) => json!(format!("{} bytes that are no JSON", data.len())),
        };
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log with these types and keys.
    fn log(events: &[(&str, &str)]) -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join(FILE)).unwrap();
        let tables = "CREATE TABLE partitions (id INTEGER PRIMARY KEY, namespace TEXT, broker TEXT, number INTEGER);
            CREATE TABLE events (sequence INTEGER PRIMARY KEY, partition_id INTEGER, offset INTEGER,
                accepted_at INTEGER, head BLOB, data BLOB);
            INSERT INTO partitions VALUES (1, 'souk', 'default', 4);";
        connection.execute_batch(tables).unwrap();
        for (number, (event_type, key)) in events.iter().enumerate() {
            let head = json!([
                { "id": number.to_string(), "type": event_type, "partitionkey": key, "source": "/s" },
                { "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
            ]);
            let data = json!({ "email": "a@souk.example", "order_id": key });
            connection
                .execute(
                    "INSERT INTO events VALUES (NULL, 1, ?1, 0, ?2, ?3)",
                    params![
                        number,
                        head.to_string().into_bytes(),
                        data.to_string().into_bytes()
                    ],
                )
                .unwrap();
        }
        let log = Log::new(folder.path().to_owned());
        (folder, log)
    }

    #[tokio::test]
    async fn events_are_told_newest_first_and_by_type_and_key() {
        let (_folder, log) = log(&[("a", "1"), ("b", "1"), ("a", "2"), ("aa", "11")]);
        let ids = async |limit, event_type, key| {
            let events = log.newest(limit, event_type, key).await.unwrap();
            let ids = events
                .iter()
                .map(|event| event["id"].as_str().unwrap().to_owned());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(ids(10, None, None).await, ["3", "2", "1", "0"]);
        assert_eq!(ids(2, None, None).await, ["3", "2"]);
        assert_eq!(ids(10, Some("a"), None).await, ["2", "0"]);
        assert_eq!(ids(10, None, Some("1")).await, ["1", "0"]);
        assert_eq!(ids(10, Some("a"), Some("1")).await, ["0"]);
    }

    #[tokio::test]
    async fn an_event_has_its_trace_and_its_place_and_no_address() {
        let (_folder, log) = log(&[("a", "1")]);
        let event = log.newest(1, None, None).await.unwrap().remove(0);
        assert_eq!(event["trace_id"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(
            (&event["broker"], &event["partition"]),
            (&json!("souk/default"), &json!(4))
        );
        assert_eq!(event["accepted_at"], "1970-01-01T00:00:00.000000Z");
        assert_eq!(event["data"]["order_id"], "1");
        assert!(!event.to_string().contains("souk.example"));
    }

    #[tokio::test]
    async fn a_log_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            Log::new(folder.path().to_owned())
                .newest(1, None, None)
                .await
                .is_err()
        );
    }
}
