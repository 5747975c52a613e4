//! CloudEvents' JSON format, for events that may be anything.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

/// Data that is JSON stands in it as JSON, other text as text, all else in Base64.
pub(super) fn event(attributes: &Map<String, Value>, data: Option<&[u8]>) -> Value {
    let mut event = attributes.clone();
    if let Some(bytes) = data {
        let content_type = attributes.get("datacontenttype").and_then(Value::as_str);
        let (name, value) = member(content_type.unwrap_or("application/json"), bytes);
        event.insert(name.to_owned(), value);
    }
    Value::Object(event)
}

fn member(content_type: &str, bytes: &[u8]) -> (&'static str, Value) {
    let readable = if is_json(content_type) {
        serde_json::from_slice(bytes).ok()
    } else {
        std::str::from_utf8(bytes).ok().map(Value::from)
    };
    match readable {
        Some(value) => ("data", value),
        None => ("data_base64", BASE64_STANDARD.encode(bytes).into()),
    }
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let media_type = media_type.to_ascii_lowercase();
    media_type.ends_with("/json") || media_type.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn data(content_type: Option<&str>, bytes: &[u8]) -> Value {
        let attributes = content_type
            .map(|content_type| ("datacontenttype".to_owned(), content_type.into()))
            .into_iter();
        let mut event = event(&attributes.collect(), Some(bytes));
        event.as_object_mut().unwrap().remove("datacontenttype");
        event
    }

    #[test]
    fn data_is_shown_as_readably_as_it_is() {
        let json = json!({ "data": { "a": 1 } });
        assert_eq!(data(None, br#"{"a":1}"#), json);
        assert_eq!(data(Some("application/vnd.erp+json"), br#"{"a":1}"#), json);
        assert_eq!(data(Some("text/xml"), b"<a/>"), json!({ "data": "<a/>" }));
        assert_eq!(
            data(Some("image/png"), b"\x89PNG"),
            json!({ "data_base64": "iVBORw==" })
        );
        assert_eq!(
            data(Some("application/json"), b"{"),
            json!({ "data_base64": "ew==" }),
            "what is said to be JSON and is not"
        );
    }
}
