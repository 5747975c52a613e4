//! How an event lies in a row.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::DateTime;
use rusqlite::Row;
use rusqlite::types::Type;

use crate::event::{Event, Stored};

/// The columns that [`read`] wants, in its order.
pub(super) const COLUMNS: &str =
    "events.sequence, events.partition_id, partitions.number, events.offset,
    events.accepted_at, events.head, events.data";

type Head = (BTreeMap<String, String>, BTreeMap<String, String>);

/// Attributes and trace headers as JSON.
pub(super) fn head(event: &Event) -> Result<Vec<u8>, rusqlite::Error> {
    serde_json::to_vec(&(&event.attributes, &event.trace))
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let unreadable = |column, error: serde_json::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, error.into())
    };
    let head = row.get_ref(5)?.as_blob()?;
    let (attributes, trace): Head =
        serde_json::from_slice(head).map_err(|error| unreadable(5, error))?;
    let accepted_at: i64 = row.get(4)?;
    Ok(Stored {
        sequence: row.get(0)?,
        partition_id: row.get(1)?,
        partition: row.get(2)?,
        offset: row.get(3)?,
        accepted_at: DateTime::from_timestamp_millis(accepted_at).unwrap_or_default(),
        event: Event {
            attributes,
            trace,
            data: Bytes::from(row.get::<_, Vec<u8>>(6)?),
        },
    })
}
