//! Events in structured mode: one JSON object, by the rules of the CloudEvents Java SDK.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::Malformed;
use crate::event::{CORE, Event};
use crate::json::Json;

/// Whether the content type is exactly the one of structured events. Parameters do not count, capitals do.
pub(super) fn is(headers: &HeaderMap) -> bool {
    let content_type = headers.get_all(CONTENT_TYPE).iter().next_back();
    content_type.is_some_and(|value| {
        value.as_bytes().split(|byte| *byte == b';').next() == Some(b"application/cloudevents+json")
    })
}

/// Reads the event.
pub(super) fn parse(body: &[u8]) -> Result<Event, Malformed> {
    let tree = Json::read(body).map_err(|error| Malformed(format!("it is no JSON: {error}")))?;
    let Json::Object(entries) = tree else {
        return Err(Malformed("it is no JSON object".to_owned()));
    };
    let mut event = Event::default();
    let mut data = Data::default();
    for (name, value) in entries {
        match name.as_str() {
            "data" => data.json = Some(value),
            "data_base64" => data.base64 = Some(value),
            core if CORE.contains(&core) || core == "schemaurl" => {
                if let Some(text) = core_attribute(core, value)? {
                    event.attributes.insert(name, text);
                }
            }
            _ => {
                let text = extension(&name, value)?;
                event.attributes.insert(name, text);
            }
        }
    }
    event.data = data.bytes(&mut event)?;
    Ok(event)
}

fn core_attribute(name: &str, value: Json) -> Result<Option<String>, Malformed> {
    match value {
        Json::Text(text) => Ok(Some(text)),
        Json::Null if !["id", "source", "type", "specversion"].contains(&name) => Ok(None),
        _ => Err(Malformed(format!("{name} is no text"))),
    }
}

fn extension(name: &str, value: Json) -> Result<String, Malformed> {
    match value {
        Json::Text(text) => Ok(text),
        Json::Number(number) => number
            .as_i64()
            .and_then(|number| i32::try_from(number).ok())
            .map(|number| number.to_string())
            .ok_or_else(|| Malformed(format!("{name} is no integer of 32 bits"))),
        // null, true, and JSON in JSON are written as they are.
        other => write(&other),
    }
}

#[derive(Default)]
struct Data {
    json: Option<Json>,
    base64: Option<Json>,
}

impl Data {
    fn bytes(self, event: &mut Event) -> Result<Bytes, Malformed> {
        match (self.json, self.base64) {
            (None, None) => Ok(Bytes::new()),
            (Some(_), Some(_)) => Err(Malformed("it has both data and data_base64".to_owned())),
            (None, Some(Json::Text(text))) => decode(&text),
            (None, Some(_)) => Err(Malformed("data_base64 is no text".to_owned())),
            (Some(data), None) => embedded(data, event),
        }
    }
}

fn embedded(data: Json, event: &mut Event) -> Result<Bytes, Malformed> {
    let encoded = event.attribute("specversion") == Some("0.3")
        && event.attribute("datacontentencoding") == Some("base64");
    if let (true, Json::Text(text)) = (encoded, &data) {
        return decode(text);
    }
    let content_type = event
        .attributes
        .entry("datacontenttype".to_owned())
        .or_insert_with(|| "application/json".to_owned());
    match data {
        _ if is_json(content_type) => write(&data).map(Bytes::from),
        Json::Text(text) => Ok(text.into()),
        _ => Err(Malformed(format!(
            "data of type {content_type} has to be a text"
        ))),
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim_end();
    essence
        .split_once('/')
        .is_some_and(|(_, subtype)| subtype == "json")
}

fn decode(text: &str) -> Result<Bytes, Malformed> {
    BASE64_STANDARD
        .decode(text)
        .map(Bytes::from)
        .map_err(|error| Malformed(format!("the data is no base64: {error}")))
}

fn write(value: &Json) -> Result<String, Malformed> {
    value.write().map_err(|error| Malformed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::parse as parse_message;
    use super::*;

    fn event(members: &str) -> Result<Event, Malformed> {
        let body = format!(r#"{{"specversion":"1.0","id":"1","source":"/s","type":"t"{members}}}"#);
        let mut headers = HeaderMap::new();
        let content_type = "application/cloudevents+json; charset=utf-8"
            .parse()
            .unwrap();
        headers.insert(CONTENT_TYPE, content_type);
        parse_message(&headers, body.into())
    }

    #[test]
    fn the_content_type_counts_to_the_letter() {
        for (content_type, structured) in [
            ("application/cloudevents+json", true),
            ("application/cloudevents+json;charset=utf-8", true),
            ("Application/CloudEvents+JSON", false),
            ("application/cloudevents", false),
            ("application/cloudevents-batch+json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
            assert_eq!(is(&headers), structured, "{content_type}");
        }
    }

    #[test]
    fn data_is_json_text_or_bytes() {
        for (members, content_type, data) in [
            ("", None, Some("")),
            (
                r#","data":{"b":1e3, "a":"\u00fc"}"#,
                Some("application/json"),
                Some(r#"{"b":1000.0,"a":"ü"}"#),
            ),
            (
                r#","datacontenttype":"text/json","data":"a""#,
                Some("text/json"),
                Some("\"a\""),
            ),
            (
                r#","datacontenttype":"text/plain","data":"a""#,
                Some("text/plain"),
                Some("a"),
            ),
            (
                r#","datacontenttype":"application/vnd.x+json","data":{}"#,
                None,
                None,
            ),
            (
                r#","datacontenttype":"Application/JSON","data":{}"#,
                None,
                None,
            ),
            (r#","data_base64":"YQ==""#, None, Some("a")),
            (r#","data_base64":"?""#, None, None),
            (r#","data":1,"data_base64":"YQ==""#, None, None),
        ] {
            let event = event(members).ok();
            let found = event.as_ref().map(|event| event.data.as_ref());
            assert_eq!(found, data.map(str::as_bytes), "{members}");
            let found = event
                .as_ref()
                .and_then(|event| event.attribute("datacontenttype"));
            assert_eq!(found, content_type, "{members}");
        }
    }

    #[test]
    fn extensions_become_text() {
        for (value, text) in [
            ("\"a\"", Some("a")),
            ("null", Some("null")),
            ("true", Some("true")),
            ("-5", Some("-5")),
            ("{\"a\": [1]}", Some("{\"a\":[1]}")),
            ("2147483648", None),
            ("1.5", None),
        ] {
            let event = event(&format!(r#","ext":{value}"#));
            assert_eq!(
                event.ok().as_ref().and_then(|event| event.attribute("ext")),
                text,
                "{value}"
            );
        }
    }

    #[test]
    fn attributes_have_the_types_and_names_that_the_sdk_wants() {
        for (members, good) in [
            (r#","subject":null"#, true),
            (r#","subject":1"#, false),
            (r#","id":1"#, false),
            (r#","id":null"#, false),
            (r#","id":"2""#, true),
            (r#","Region":"eu""#, false),
            (r#","my_ext":"eu""#, false),
            (r#","time":"now""#, false),
            (r#","source":" ""#, false),
            (r#","subject":"a\nb""#, false),
        ] {
            assert_eq!(event(members).is_ok(), good, "{members}");
        }
    }
}
