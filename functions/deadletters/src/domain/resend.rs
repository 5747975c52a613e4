//! An event as it is sent again: in binary mode, as it was, without what the broker has put on it.

use serde_json::Value;
use thiserror::Error;

use super::DeadLetter;

/// What brokers put on an event begins like this, and is theirs to say.
const BROKERS: &str = "knative";

/// Why an event cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the attribute `{0}` cannot be put into a header")]
pub struct Unsendable(String);

/// The headers of the event, each name with its value; its data is the body.
pub fn headers(letter: &DeadLetter) -> Result<Vec<(String, String)>, Unsendable> {
    let own = letter.attributes.iter();
    let own = own.filter(|(name, value)| !name.starts_with(BROKERS) && !value.is_null());
    own.map(|(name, value)| header(name, value)).collect()
}

fn header(name: &str, value: &Value) -> Result<(String, String), Unsendable> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_name || text.chars().any(char::is_control) {
        return Err(Unsendable(name.to_owned()));
    }
    Ok(match name {
        "datacontenttype" => ("content-type".to_owned(), text),
        name => (format!("ce-{name}"), text),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn letter(attributes: Value) -> DeadLetter {
        let attributes = attributes.as_object().cloned().unwrap_or_default();
        DeadLetter {
            attributes,
            data: None,
        }
    }

    #[test]
    fn an_event_goes_as_it_came_without_what_the_broker_says() {
        let letter = letter(json!({
            "specversion": "1.0", "id": "1", "source": "/s", "type": "t", "datacontenttype": "application/json",
            "partitionkey": "7", "count": 7, "flag": true, "nothing": null,
            "knativeerrordest": "http://x/", "knativeerrorcode": "400", "knativeerrordata": "bm8=",
            "knativekafkaoffset": "41", "knativebrokerttl": "254", "knativearrivaltime": "2026-03-14T09:26:53Z",
        }));
        let mut sent = headers(&letter).unwrap();
        sent.sort();
        let sent: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let expected = [
            ("ce-count", "7"),
            ("ce-flag", "true"),
            ("ce-id", "1"),
            ("ce-partitionkey", "7"),
            ("ce-source", "/s"),
            ("ce-specversion", "1.0"),
            ("ce-type", "t"),
            ("content-type", "application/json"),
        ];
        assert_eq!(sent, expected);
    }

    #[test]
    fn what_no_header_can_carry_is_named() {
        for (name, value) in [("subject", "a\r\nb"), ("a b", "x"), ("x", "\u{0}")] {
            let letter = letter(json!({ name: value }));
            assert_eq!(headers(&letter), Err(Unsendable(name.to_owned())));
        }
    }
}
