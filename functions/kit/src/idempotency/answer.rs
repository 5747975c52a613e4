//! Answers as they are stored, and which are.

use ::http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, RETRY_AFTER, SET_COOKIE},
};
use axum::{body::Body, response::Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `{"status", "headers", "body"}` in the store. The body is JSON, or else text; an answer without one has neither.
#[derive(Serialize, Deserialize)]
struct Stored<B> {
    status: u16,
    headers: Vec<(String, String)>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    body: Option<B>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

fn none<T>() -> Option<T> {
    None
}

/// A stored answer cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("a stored answer cannot be read: {0}")]
pub(super) struct Unreadable(String);

/// The answer of a handler that knows its body as a value.
pub(super) fn of_value(
    status: StatusCode,
    headers: &HeaderMap,
    body: &impl Serialize,
) -> impl Serialize {
    Stored {
        status: status.as_u16(),
        headers: text(headers),
        body: Some(body),
        text: None,
    }
}

/// The answer that is about to be sent, as text; none if its body is no text.
pub(super) fn of_response(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let mut stored = Stored::<&RawValue> {
        status: status.as_u16(),
        headers: text(headers),
        body: None,
        text: None,
    };
    if !body.is_empty() {
        match serde_json::from_str::<&RawValue>(body) {
            // White space around it would be lost, and `null` is read as nothing.
            Ok(json) if json.get() == body && body != "null" => stored.body = Some(json),
            _ => stored.text = Some(body.to_owned()),
        }
    }
    serde_json::to_string(&stored).ok()
}

/// Whether an answer says what has come of the request for good. The others say that it was not tried (401, 403, 429), or that it
/// may go better another time (408, 5xx, and whatever has a `Retry-After`).
pub(super) fn is_final(status: StatusCode, headers: &HeaderMap) -> bool {
    let passes = [401, 403, 408, 425, 429].contains(&status.as_u16());
    let passes = passes || headers.contains_key(RETRY_AFTER);
    !(passes || status.is_informational() || status.is_server_error())
}

/// The answer, byte for byte as it was given the first time.
pub(super) fn respond(stored: &str) -> Result<Response, Unreadable> {
    let unreadable = |error: &dyn std::fmt::Display| Unreadable(error.to_string());
    let stored: Stored<Box<RawValue>> =
        serde_json::from_str(stored).map_err(|error| unreadable(&error))?;
    let has_json = stored.body.is_some();
    let body = match (stored.body, stored.text) {
        (Some(json), _) => Body::from(json.get().to_owned()),
        (None, Some(text)) => Body::from(text),
        (None, None) => Body::empty(),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(stored.status).map_err(|error| unreadable(&error))?;
    let headers = response.headers_mut();
    if has_json {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, value) in stored.headers {
        let name = HeaderName::try_from(name).map_err(|error| unreadable(&error))?;
        let value = HeaderValue::try_from(value).map_err(|error| unreadable(&error))?;
        headers.insert(name, value);
    }
    Ok(response)
}

/// The headers that belong to the answer and not to its journey. No cookie is kept.
fn text(headers: &HeaderMap) -> Vec<(String, String)> {
    let headers = headers.iter().filter(|(name, _)| {
        ![CONTENT_LENGTH, DATE, SET_COOKIE].contains(name) && *name != "transfer-encoding"
    });
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    headers.filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use ::http::header::LOCATION;

    use super::*;

    async fn again(status: u16, headers: &HeaderMap, body: &str) -> (u16, HeaderMap, String) {
        let status = StatusCode::from_u16(status).unwrap();
        let stored = of_response(status, headers, &Bytes::from(body.to_owned())).unwrap();
        let (parts, body) = respond(&stored).unwrap().into_parts();
        let body = axum::body::to_bytes(body, 1000).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        (parts.status.as_u16(), parts.headers, body)
    }

    #[tokio::test]
    async fn an_answer_comes_again_byte_for_byte() {
        let problem = HeaderValue::from_static("application/problem+json");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, problem)]);
        for (status, body) in [
            (200, "{ \"b\": 1, \"a\": \"it's $1\" }"),
            (204, ""),
            (200, "plain text"),
            (200, "null"),
            (200, "[1]\n"),
            (409, "{\"status\":409}"),
        ] {
            let (same, told, again) = again(status, &headers, body).await;
            assert_eq!((same, again.as_str()), (status, body));
            assert_eq!(told, headers);
        }
    }

    #[tokio::test]
    async fn no_cookie_and_nothing_of_the_journey_is_stored() {
        let value = HeaderValue::from_static("x");
        let names = [SET_COOKIE, DATE, CONTENT_LENGTH, LOCATION];
        let headers = names.map(|name| (name, value.clone())).into_iter();
        let (_, told, _) = again(200, &headers.collect(), "").await;
        assert_eq!(told.keys().collect::<Vec<_>>(), [LOCATION]);
    }

    #[test]
    fn what_may_go_better_another_time_is_not_final() {
        let none = HeaderMap::new();
        let is_final = |status| is_final(StatusCode::from_u16(status).unwrap(), &none);
        for status in [200, 201, 202, 204, 303, 400, 404, 409, 412, 413, 415, 422] {
            assert!(is_final(status), "{status}");
        }
        for status in [401, 403, 408, 429, 500, 502, 503, 504] {
            assert!(!is_final(status), "{status}");
        }
        let again = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("2"))]);
        assert!(!super::is_final(StatusCode::CONFLICT, &again));
    }

    /// What release 0.1.0 has stored, and what it reads.
    #[tokio::test]
    async fn an_answer_of_a_handler_is_stored_as_ever() {
        let location = HeaderValue::from_static("/v1/orders/1");
        let headers = HeaderMap::from_iter([(LOCATION, location)]);
        let stored = of_value(StatusCode::ACCEPTED, &headers, &["order"]);
        let stored = serde_json::to_string(&stored).unwrap();
        let expected = r#"{"status":202,"headers":[["location","/v1/orders/1"]],"body":["order"]}"#;
        assert_eq!(stored, expected);
        let response = respond(&stored).unwrap();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }
}
