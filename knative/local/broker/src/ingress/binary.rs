//! Events in binary mode: attributes are headers, the body is the data.

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::attribute;
use crate::event::Event;

/// Reads the event. Of a header that comes twice the last counts; `ce-` alone is nothing.
pub(super) fn parse(headers: &HeaderMap, body: Bytes) -> Event {
    let mut event = Event {
        data: body,
        ..Event::default()
    };
    for (name, value) in headers {
        let attribute = match name.as_str().strip_prefix("ce-") {
            Some("") => continue,
            Some(attribute) => attribute,
            None if name == CONTENT_TYPE => "datacontenttype",
            None => continue,
        };
        let value = attribute::from_header(value.as_bytes());
        event.attributes.insert(attribute.to_owned(), value);
    }
    event
}

#[cfg(test)]
mod tests {
    use super::super::{Malformed, parse};
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let required = [
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "/s"),
            ("ce-type", "t"),
        ];
        for (name, value) in required.iter().chain(pairs) {
            let name: http::HeaderName = name.parse().unwrap();
            headers.append(
                name,
                http::HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        headers
    }

    fn event(pairs: &[(&str, &str)]) -> Result<Event, Malformed> {
        parse(&headers(pairs), Bytes::from_static(b"x"))
    }

    #[test]
    fn headers_become_attributes() {
        let event = event(&[
            ("content-type", "text/plain"),
            ("CE-PartitionKey", "7"),
            ("ce-1st", ""),
            ("ce-", "nothing"),
            ("ce-region", "eu"),
            ("ce-region", "us"),
            ("content-encoding", "gzip"),
            ("traceparent", "00-1-2-01"),
        ])
        .unwrap();
        for (name, value) in [
            ("datacontenttype", Some("text/plain")),
            ("partitionkey", Some("7")),
            ("1st", Some("")),
            ("region", Some("us")),
            ("contentencoding", None),
        ] {
            assert_eq!(event.attribute(name), value, "{name}");
        }
        assert_eq!(event.trace["traceparent"], "00-1-2-01");
        assert_eq!(event.data, "x");
    }

    #[test]
    fn only_what_the_real_ingress_refuses_is_refused() {
        let mut without_id = headers(&[]);
        without_id.remove("ce-id");
        assert!(parse(&without_id, Bytes::new()).is_err());
        for (name, value, good) in [
            ("ce-id", "", true),
            ("ce-source", "", true),
            ("ce-source", "a b", false),
            ("ce-dataschema", "", true),
            ("ce-dataschema", "a|b", false),
            ("ce-specversion", "0.3", true),
            ("ce-specversion", "", false),
            ("ce-specversion", "1", false),
            ("ce-time", "", false),
            ("ce-time", "2026-01-02T03:04:05Z", true),
            ("ce-order-id", "1", false),
            ("ce-order_id", "1", false),
            ("ce-subject", "ü", true),
        ] {
            assert_eq!(event(&[(name, value)]).is_ok(), good, "{name}: {value:?}");
        }
    }

    #[test]
    fn a_batch_is_no_event() {
        let mut headers = HeaderMap::new();
        let batch = "application/cloudevents-batch+json".parse().unwrap();
        headers.insert(CONTENT_TYPE, batch);
        assert!(parse(&headers, Bytes::from_static(b"[]")).is_err());
    }
}
