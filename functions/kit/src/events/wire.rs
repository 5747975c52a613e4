//! Reads CloudEvents from HTTP in binary and structured mode. It refuses what could not be recognised later.

use ::http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use cloudevents::{AttributesReader, binding::http::to_event};

use super::RawEvent;
use crate::Problem;

/// The largest event that is read: what the broker takes.
pub const EVENT_BYTES_MAX: usize = 1024 * 1024;
const ATTRIBUTE_BYTES_MAX: usize = 1024;

/// One event in binary or structured mode.
pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<RawEvent, Problem> {
    let event = match mode(headers) {
        Mode::Batch => return Err(unsupported("batches are not taken here")),
        Mode::Structured => serde_json::from_slice(body).map_err(unreadable)?,
        Mode::Binary if headers.contains_key("ce-specversion") => {
            to_event(headers, body.to_vec()).map_err(unreadable)?
        }
        Mode::Binary => {
            return Err(Problem::bad_request(
                "this is no CloudEvent: `ce-specversion` is absent",
            ));
        }
    };
    recognisable(&event)?;
    Ok(event)
}

enum Mode {
    Binary,
    Structured,
    Batch,
}

fn mode(headers: &HeaderMap) -> Mode {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let content_type = content_type.to_ascii_lowercase();
    if content_type.starts_with("application/cloudevents-batch") {
        Mode::Batch
    } else if content_type.starts_with("application/cloudevents") {
        Mode::Structured
    } else {
        Mode::Binary
    }
}

/// The inbox recognises an event by source and id, so neither may be empty or unfit for a database.
fn recognisable(event: &RawEvent) -> Result<(), Problem> {
    let source = event.source().to_string();
    for (name, value) in [
        ("id", event.id()),
        ("source", &source),
        ("type", event.ty()),
    ] {
        if value.trim().is_empty() {
            return Err(Problem::bad_request(format!(
                "the event's `{name}` is empty"
            )));
        }
        if value.len() > ATTRIBUTE_BYTES_MAX || value.chars().any(char::is_control) {
            return Err(Problem::bad_request(format!(
                "the event's `{name}` is too long or has control characters"
            )));
        }
    }
    Ok(())
}

fn unreadable(error: impl std::fmt::Display) -> Problem {
    Problem::bad_request(format!("the event cannot be read: {error}"))
}

fn unsupported(detail: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        detail,
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn binary(id: &'static str) -> HeaderMap {
        headers(&[
            ("ce-specversion", "1.0"),
            ("ce-id", id),
            ("ce-source", "/s"),
            ("ce-type", "t"),
            ("content-type", "application/json"),
        ])
    }

    #[test]
    fn binary_and_structured_mode_give_the_same_envelope() {
        let structured =
            json!({ "specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": {} });
        let headers = headers(&[(
            "content-type",
            "Application/CloudEvents+JSON; charset=utf-8",
        )]);
        let one = read(&headers, structured.to_string().as_bytes()).unwrap();
        let two = read(&binary("1"), b"{}").unwrap();
        assert_eq!(
            (one.id(), one.source(), one.ty()),
            (two.id(), two.source(), two.ty())
        );
    }

    #[test]
    fn an_event_without_id_is_refused_whether_absent_or_blank() {
        for id in ["", " "] {
            assert_eq!(
                read(&binary(id), b"{}").unwrap_err().status(),
                StatusCode::BAD_REQUEST
            );
        }
        let mut absent = binary("1");
        absent.remove("ce-id");
        assert_eq!(
            read(&absent, b"{}").unwrap_err().status(),
            StatusCode::BAD_REQUEST
        );
    }

    #[test]
    fn an_id_with_a_control_character_is_refused() {
        let event = json!({ "specversion": "1.0", "id": "a\u{0}", "source": "/s", "type": "t" });
        let headers = headers(&[("content-type", "application/cloudevents+json")]);
        assert!(read(&headers, event.to_string().as_bytes()).is_err());
    }

    #[test]
    fn a_batch_is_refused() {
        let batch =
            json!([{ "specversion": "1.0", "id": "1", "source": "/s", "type": "t" }]).to_string();
        let headers = headers(&[("content-type", "application/cloudevents-batch+json")]);
        assert_eq!(
            read(&headers, batch.as_bytes()).unwrap_err().status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    }

    #[test]
    fn a_plain_post_is_no_event() {
        let headers = headers(&[("content-type", "application/json")]);
        assert!(
            read(&headers, b"{}")
                .unwrap_err()
                .detail()
                .contains("ce-specversion")
        );
    }
}
