//! What a person sees of an event.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::Value;

use crate::event::Stored;

/// An accepted event, with its attributes beside where it lies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventLine {
    /// When it was stored, RFC 3339 with milliseconds in UTC.
    pub accepted_at: String,
    /// `<namespace>/<name>`.
    pub broker: String,
    /// The partition's number.
    pub partition: u32,
    /// Its place in the partition.
    pub offset: u64,
    /// The attribute.
    pub id: String,
    /// The attribute.
    pub source: String,
    /// The attribute.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The attribute, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The attribute, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// All other attributes and extensions.
    #[serde(flatten)]
    pub attributes: BTreeMap<String, String>,
    /// JSON when it is some, else text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// When it is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_base64: Option<String>,
}

/// Names that the line itself uses: an extension of that name is not shown.
const OWN: [&str; 4] = ["broker", "partition", "offset", "data"];

impl EventLine {
    pub(crate) fn of(broker: String, stored: &Stored) -> Self {
        let mut attributes = stored.event.attributes.clone();
        attributes.retain(|name, _| !OWN.contains(&name.as_str()));
        let mut take = |name: &str| attributes.remove(name);
        let (data, data_base64) = data(stored);
        Self {
            accepted_at: stored
                .accepted_at
                .to_rfc3339_opts(SecondsFormat::Millis, true),
            broker,
            partition: stored.partition,
            offset: stored.offset,
            id: take("id").unwrap_or_default(),
            source: take("source").unwrap_or_default(),
            event_type: take("type").unwrap_or_default(),
            subject: take("subject"),
            time: take("time"),
            attributes,
            data,
            data_base64,
        }
    }
}

fn data(stored: &Stored) -> (Option<Value>, Option<String>) {
    let data = &stored.event.data;
    if data.is_empty() {
        return (None, None);
    }
    let content_type = stored
        .event
        .attribute("datacontenttype")
        .unwrap_or_default();
    let json = content_type
        .contains("json")
        .then(|| serde_json::from_slice(data).ok());
    match (json.flatten(), str::from_utf8(data)) {
        (Some(json), _) => (Some(json), None),
        (None, Ok(text)) => (Some(text.into()), None),
        (None, Err(_)) => (None, Some(BASE64_STANDARD.encode(data))),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;
    use crate::event::Event;

    fn line(content_type: &str, data: &'static [u8]) -> Value {
        let attributes = [
            ("id", "1"),
            ("type", "t"),
            ("source", "/s"),
            ("partitionkey", "7"),
            ("offset", "hidden"),
            ("datacontenttype", content_type),
        ];
        let stored = Stored {
            sequence: 1,
            partition_id: 1,
            partition: 3,
            offset: 41,
            accepted_at: DateTime::UNIX_EPOCH,
            event: Event {
                attributes: attributes
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
                data: data.into(),
                ..Event::default()
            },
        };
        serde_json::to_value(EventLine::of("souk/default".to_owned(), &stored)).unwrap()
    }

    #[test]
    fn a_line_is_one_flat_object() {
        assert_eq!(
            line("application/json", br#"{"a":1}"#),
            json!({
                "accepted_at": "1970-01-01T00:00:00.000Z", "broker": "souk/default", "partition": 3, "offset": 41,
                "id": "1", "source": "/s", "type": "t", "partitionkey": "7", "datacontenttype": "application/json",
                "data": {"a": 1}
            })
        );
    }

    #[test]
    fn data_is_shown_as_what_it_is() {
        assert_eq!(line("text/plain", b"{}")["data"], "{}");
        assert_eq!(line("application/json", b"{")["data"], "{");
        assert_eq!(line("image/png", &[0xFF])["data_base64"], "/w==");
        assert_eq!(line("text/plain", b"").get("data"), None);
    }
}
