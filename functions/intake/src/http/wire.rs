//! Reads what was posted, in binary, structured and batched mode (CloudEvents HTTP binding 1.0). It judges nothing that is
//! within an event; that is `domain::check`.

use std::collections::BTreeMap;

use axum::http::{
    HeaderMap, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};
use souk_kit::{Answer, Problem};

use crate::domain::{Candidate, is_json};

pub(super) const STRUCTURED: &str = "application/cloudevents+json";
pub(super) const BATCH: &str = "application/cloudevents-batch+json";
pub(super) const BATCH_EVENTS_MAX: usize = 100;

/// What a request holds.
pub(crate) enum Posted {
    /// One event.
    One(Candidate),
    /// Several, which are accepted together or not at all.
    Batch(Vec<Candidate>),
}

pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Answer<Posted> {
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(unsupported("Bodies are taken as they are, not compressed."));
    }
    let content_type = text(headers, CONTENT_TYPE.as_str());
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    match media_type.to_ascii_lowercase().as_str() {
        STRUCTURED => structured(body).map(Posted::One),
        BATCH => batch(body).map(Posted::Batch),
        other if is_json(other) && !other.starts_with("application/cloudevents") => {
            Ok(Posted::One(binary(headers, body)))
        }
        _ => Err(unsupported(&format!(
            "Taken are {STRUCTURED}, {BATCH}, and application/json with `ce-` headers."
        ))),
    }
}

fn structured(body: &[u8]) -> Answer<Candidate> {
    serde_json::from_slice(body)
        .map(of_json)
        .map_err(|error| Problem::bad_request(format!("The event cannot be read: {error}.")))
}

fn batch(body: &[u8]) -> Answer<Vec<Candidate>> {
    let events: Vec<Map<String, Value>> = serde_json::from_slice(body)
        .map_err(|error| Problem::bad_request(format!("The batch cannot be read: {error}.")))?;
    if events.len() > BATCH_EVENTS_MAX {
        let detail = format!(
            "A batch of {} events; at most {BATCH_EVENTS_MAX} are taken.",
            events.len()
        );
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "batch-too-large",
            detail,
        ));
    }
    Ok(events.into_iter().map(of_json).collect())
}

/// In the JSON format `null` is the same as absent.
fn of_json(mut event: Map<String, Value>) -> Candidate {
    let data = match (event.remove("data"), event.remove("data_base64")) {
        (Some(data), None) => Ok(data),
        (None, Some(encoded)) => decoded(&encoded),
        (Some(_), Some(_)) => Err("stands beside data_base64; only one of them may".to_owned()),
        (None, None) => Err("is absent".to_owned()),
    };
    let attributes = event.into_iter().filter(|(_, value)| !value.is_null());
    Candidate {
        attributes: attributes.collect(),
        data,
    }
}

fn decoded(encoded: &Value) -> Result<Value, String> {
    let bytes = encoded
        .as_str()
        .and_then(|encoded| BASE64_STANDARD.decode(encoded).ok());
    let bytes = bytes.ok_or_else(|| "in data_base64 is not Base64".to_owned())?;
    json(&bytes)
}

fn binary(headers: &HeaderMap, body: &[u8]) -> Candidate {
    let names = headers.keys().filter_map(|name| {
        let name = name.as_str();
        Some((name, name.strip_prefix("ce-")?.to_owned()))
    });
    let attributes: BTreeMap<_, _> = names
        .map(|(header, attribute)| (attribute, Value::String(text(headers, header))))
        .collect();
    let data = if body.is_empty() {
        Err("is absent".to_owned())
    } else {
        json(body)
    };
    Candidate { attributes, data }
}

fn json(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("is not JSON: {error}"))
}

/// A header that was sent twice means its values with a comma between them, and so an attribute that was sent twice is
/// refused for its space.
fn text(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter();
    let values: Vec<_> = values
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    values.join(", ")
}

fn unsupported(detail: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        detail,
    )
}
