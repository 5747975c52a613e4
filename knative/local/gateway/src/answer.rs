//! The head of an answer: what the upstream's becomes, what Kong's own looks like, how both are signed.

use axum::body::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, SERVER, VIA};
use http::{HeaderMap, HeaderValue, Method, StatusCode, response};

use crate::error_body::{Author, form_for};
use crate::exchange::Exchange;
use crate::exit::{Exit, ExitBody};
use crate::hop::remove_hop_by_hop;
use crate::plugins::AnswerHead;
use crate::record::Latency;

/// How Kong calls itself in `Via`.
pub(crate) const KONG_VIA: &str = "1.1 kong/3.9.3";
const KONG: &str = "kong/3.9.3";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-kong-request-id");
const PROXY_LATENCY: HeaderName = HeaderName::from_static("x-kong-proxy-latency");
const UPSTREAM_LATENCY: HeaderName = HeaderName::from_static("x-kong-upstream-latency");
const RESPONSE_LATENCY: HeaderName = HeaderName::from_static("x-kong-response-latency");

/// Orders to nginx itself, which it obeys and does not pass on.
const NGINX_ORDERS: [HeaderName; 5] = [
    HeaderName::from_static("x-accel-redirect"),
    HeaderName::from_static("x-accel-expires"),
    HeaderName::from_static("x-accel-limit-rate"),
    HeaderName::from_static("x-accel-buffering"),
    HeaderName::from_static("x-accel-charset"),
];

/// To these nginx adds the character set (`charset_types`).
const TEXTS: [&str; 6] = [
    "text/html",
    "text/xml",
    "text/plain",
    "text/vnd.wap.wml",
    "application/javascript",
    "application/rss+xml",
];

/// Who made an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Maker {
    Upstream,
    Kong,
    /// Kong, because the upstream failed.
    KongForUpstream,
}

/// What the upstream's head becomes.
pub(crate) fn of_upstream(parts: response::Parts) -> AnswerHead {
    let mut headers = parts.headers;
    remove_hop_by_hop(&mut headers);
    for order in &NGINX_ORDERS {
        headers.remove(order);
    }
    if let Some(text) = headers.get(CONTENT_TYPE).and_then(with_charset) {
        headers.insert(CONTENT_TYPE, text);
    }
    AnswerHead {
        status: parts.status,
        headers,
    }
}

fn with_charset(content_type: &HeaderValue) -> Option<HeaderValue> {
    let text = content_type.to_str().ok()?;
    let media_type = text.split(';').next()?.trim().to_ascii_lowercase();
    let bare = TEXTS.contains(&media_type.as_str()) && !text.contains("charset=");
    bare.then(|| HeaderValue::from_str(&format!("{text}; charset=UTF-8")).ok())
        .flatten()
}

/// Head and body of one of Kong's own.
pub(crate) fn of_exit(exit: &Exit, exchange: &Exchange) -> (AnswerHead, Bytes) {
    let mut headers = exit.headers.clone();
    let body = match &exit.body {
        ExitBody::Empty => Bytes::new(),
        ExitBody::Fixed(bytes) => bytes.clone(),
        ExitBody::Error(message) => error(message, Author::Kong, exchange, &mut headers),
        ExitBody::NginxError(message) => error(message, Author::Nginx, exchange, &mut headers),
    };
    if !matches!(
        exit.status,
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
    ) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    let head = AnswerHead {
        status: exit.status,
        headers,
    };
    match exchange.method == Method::HEAD {
        true => (head, Bytes::new()),
        false => (head, body),
    }
}

fn error(message: &str, author: Author, exchange: &Exchange, headers: &mut HeaderMap) -> Bytes {
    let form = form_for(&exchange.headers, author);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
    form.body(message, &exchange.id).into()
}

/// Adds what Kong adds to every answer.
pub(crate) fn sign(headers: &mut HeaderMap, maker: Maker, exchange: &Exchange, latency: &Latency) {
    if maker == Maker::Kong {
        headers.insert(RESPONSE_LATENCY, milliseconds(exchange.arrived.elapsed()));
    } else {
        headers.insert(
            UPSTREAM_LATENCY,
            milliseconds(latency.upstream.unwrap_or_default()),
        );
        headers.insert(PROXY_LATENCY, milliseconds(latency.own));
        headers.append(VIA, HeaderValue::from_static(KONG_VIA));
    }
    if maker != Maker::Upstream {
        headers.insert(SERVER, HeaderValue::from_static(KONG));
    }
    if let Ok(id) = HeaderValue::from_str(&exchange.id) {
        headers.insert(REQUEST_ID, id);
    }
}

fn milliseconds(duration: std::time::Duration) -> HeaderValue {
    HeaderValue::from(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugins::testing::exchange;

    #[test]
    fn texts_without_a_character_set_get_one() {
        for (sent, expected) in [
            ("text/plain", "text/plain; charset=UTF-8"),
            ("text/html; charset=latin1", "text/html; charset=latin1"),
            ("application/json", "application/json"),
            ("text/css", "text/css"),
            ("text/event-stream", "text/event-stream"),
        ] {
            let response = http::Response::builder()
                .header(CONTENT_TYPE, sent)
                .body(())
                .unwrap();
            let head = of_upstream(response.into_parts().0);
            assert_eq!(head.headers[CONTENT_TYPE], expected);
        }
    }

    #[test]
    fn what_is_for_one_connection_only_does_not_travel_on() {
        let response = http::Response::builder()
            .header("connection", "X-Mine, close")
            .header("x-mine", "1")
            .header("keep-alive", "timeout=5")
            .header("x-accel-buffering", "no")
            .header("server", "function")
            .body(())
            .unwrap();
        let head = of_upstream(response.into_parts().0);
        let names: Vec<&str> = head.headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["server"]);
    }

    #[test]
    fn an_error_to_head_has_the_length_of_the_body_that_is_missing() {
        let exit = Exit::message(StatusCode::FORBIDDEN, "No.");
        let (head, body) = of_exit(&exit, &exchange("HEAD", "/", &[]));
        assert_eq!(
            (head.headers[CONTENT_LENGTH].to_str().unwrap(), body.len()),
            ("17", 0)
        );
    }
}
