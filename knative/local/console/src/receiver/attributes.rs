//! OTLP's attributes as JSON.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::{Map, Value};

use crate::hex;

/// Longer texts are cut off.
const TEXT_MOST: usize = 4096;
/// More attributes are left out.
const ATTRIBUTES_MOST: usize = 128;

/// An object with one member for each attribute.
pub(crate) fn json(attributes: Vec<KeyValue>) -> Map<String, Value> {
    let named = attributes.into_iter().take(ATTRIBUTES_MOST);
    named.map(|one| (one.key, value(one.value))).collect()
}

/// An attribute's value as the text of a label.
pub(crate) fn text(any: Option<AnyValue>) -> String {
    match value(any) {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// One value. A number that JSON does not know is null.
pub(super) fn value(any: Option<AnyValue>) -> Value {
    match any.and_then(|any| any.value) {
        None | Some(Any::StringValueStrindex(_)) => Value::Null,
        Some(Any::StringValue(text)) => Value::String(cut(text)),
        Some(Any::BoolValue(yes)) => Value::Bool(yes),
        Some(Any::IntValue(number)) => Value::from(number),
        Some(Any::DoubleValue(number)) => Value::from(number),
        Some(Any::BytesValue(bytes)) => Value::String(cut(hex::encode(&bytes))),
        Some(Any::ArrayValue(array)) => {
            let values = array.values.into_iter().take(ATTRIBUTES_MOST);
            values.map(|one| value(Some(one))).collect()
        }
        Some(Any::KvlistValue(list)) => Value::Object(json(list.values)),
    }
}

/// The beginning of a text that is too long.
pub(crate) fn cut(mut text: String) -> String {
    if text.len() > TEXT_MOST {
        let end = (0..=TEXT_MOST).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or_default());
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_is_cut_between_letters() {
        let text = cut("é".repeat(TEXT_MOST));
        assert!(text.len() <= TEXT_MOST + '…'.len_utf8());
        assert!(text.ends_with("é…"));
        assert_eq!(cut("short".to_owned()), "short");
    }
}
