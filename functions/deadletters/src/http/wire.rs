//! Takes an event out of a request. Unlike the kit's reader it refuses nothing: what cannot be understood is kept as it is.

use axum::http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use crate::domain::DeadLetter;

const STRUCTURED: &str = "application/cloudevents+json";

pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> DeadLetter {
    let content_type = headers.get(CONTENT_TYPE).map(text).unwrap_or_default();
    if content_type.to_ascii_lowercase().starts_with(STRUCTURED)
        && let Some(letter) = structured(body)
    {
        return letter;
    }
    binary(headers, body)
}

/// None if it is not what it says it is.
fn structured(body: &[u8]) -> Option<DeadLetter> {
    let mut attributes: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let encoded = attributes.get("data_base64").and_then(Value::as_str);
    let data = match encoded {
        Some(encoded) => Some(BASE64_STANDARD.decode(encoded).ok()?),
        None => attributes
            .get("data")
            .map(|data| plain(data, attributes.get("datacontenttype"))),
    };
    attributes.retain(|name, _| name != "data" && name != "data_base64");
    Some(DeadLetter { attributes, data })
}

/// Text of a type that is not JSON is the data itself; everything else is written as JSON.
fn plain(data: &Value, content_type: Option<&Value>) -> Vec<u8> {
    let is_json = content_type
        .and_then(Value::as_str)
        .is_none_or(|content_type| content_type.contains("json"));
    match data {
        Value::String(text) if !is_json => text.clone().into(),
        other => other.to_string().into(),
    }
}

fn binary(headers: &HeaderMap, body: &[u8]) -> DeadLetter {
    let attribute = |name: &str| match name.strip_prefix("ce-") {
        None if name == CONTENT_TYPE.as_str() => Some("datacontenttype".to_owned()),
        other => other.map(str::to_owned),
    };
    let attributes = headers
        .iter()
        .filter_map(|(name, value)| Some((attribute(name.as_str())?, text(value).into())));
    DeadLetter {
        attributes: attributes.collect(),
        data: (!body.is_empty()).then(|| body.to_vec()),
    }
}

/// Bytes that are not UTF-8 are taken for Latin-1, which loses none of them.
fn text(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    String::from_utf8(bytes.to_vec())
        .unwrap_or_else(|_| bytes.iter().copied().map(char::from).collect())
}
