//! One CloudEvent, as the broker keeps it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::timestamp;

/// The attributes that CloudEvents itself defines, beside `data`; all others are extensions.
pub(crate) const CORE: [&str; 8] = [
    "id",
    "source",
    "type",
    "specversion",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
];

/// What travels with an event although it is none of its attributes.
pub(crate) const TRACE_HEADERS: [&str; 3] = ["traceparent", "tracestate", "baggage"];

/// A CloudEvent of version 1.0 or 0.3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Attributes and extensions by name.
    pub(crate) attributes: BTreeMap<String, String>,
    /// Those of [`TRACE_HEADERS`] that came with it.
    pub(crate) trace: BTreeMap<String, String>,
    /// What it says. Empty: nothing.
    pub(crate) data: Bytes,
}

impl Event {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// For messages to people: `dev.souk.order.placed.v1 0192... of /functions/orders`.
    pub(crate) fn named(&self) -> String {
        let text = |name| self.attribute(name).unwrap_or_default();
        format!("{} {} of {}", text("type"), text("id"), text("source"))
    }
}

/// An event in the log. It never changes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Counts all events of all brokers.
    pub(crate) sequence: i64,
    /// The partition's key in the log.
    pub(crate) partition_id: i64,
    /// The partition's number within its broker.
    pub(crate) partition: u32,
    pub(crate) offset: u64,
    pub(crate) accepted_at: DateTime<Utc>,
    pub(crate) event: Event,
}

/// Added on delivery, and replacing what the client may have sent under these names.
const PARTITION: &str = "knativekafkapartition";
const OFFSET: &str = "knativekafkaoffset";

impl Stored {
    /// What a filter compares: `time` is the instant in UTC, however the event wrote it.
    pub(crate) fn filterable(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            PARTITION => Some(self.partition.to_string().into()),
            OFFSET => Some(self.offset.to_string().into()),
            "time" => self
                .event
                .attribute("time")
                .map(|time| timestamp::instant(time).map_or(time.into(), Cow::from)),
            _ => self.event.attribute(name).map(Cow::from),
        }
    }

    /// The event as a subscriber gets it.
    pub(crate) fn to_deliver(&self) -> Event {
        let mut event = self.event.clone();
        let mut add = |name: &str, value: String| event.attributes.insert(name.to_owned(), value);
        add(PARTITION, self.partition.to_string());
        add(OFFSET, self.offset.to_string());
        event
    }
}
