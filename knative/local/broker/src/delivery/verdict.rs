//! What a subscriber's answer means.

use std::fmt::Display;

use bytes::Bytes;
use http::StatusCode;

use super::Answer;
use crate::attribute;
use crate::event::Event;
use crate::ingress::{is_event, parse};

/// How much of an answer's body goes along with a dead letter.
pub(super) const ERROR_BYTES_MAX: usize = 1024;
/// Headers that a subscriber wants to see on the dead letter.
const DEAD_LETTER_PREFIX: &str = "kne-";

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Done.
    Delivered,
    /// Done, once this event is in the broker.
    Reply(Box<Event>),
    /// Worth another attempt.
    Later(Failure),
    /// Not worth one.
    Never(Failure),
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// The answer's status, when there was one that counts.
    pub(super) code: Option<StatusCode>,
    /// The answer's beginning.
    pub(super) body: Bytes,
    /// What the subscriber wants to see on the dead letter, by extension.
    pub(super) extensions: Vec<(String, String)>,
    /// For people.
    pub(super) why: String,
}

impl Failure {
    /// The dead letter will say no more than where the event was sent.
    pub(super) fn without_answer(why: impl Display) -> Self {
        Self {
            code: None,
            body: Bytes::new(),
            extensions: Vec::new(),
            why: why.to_string(),
        }
    }

    fn of(answer: &Answer) -> Self {
        let extension = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            let name = name.as_str().strip_prefix(DEAD_LETTER_PREFIX)?;
            Some((name.to_owned(), attribute::from_header(value.as_bytes())))
        };
        Self {
            code: Some(answer.status),
            body: answer.body.slice(..answer.body.len().min(ERROR_BYTES_MAX)),
            extensions: answer.headers.iter().filter_map(extension).collect(),
            why: format!("it answered {}", answer.status),
        }
    }
}

/// Judges the answer, or what came instead of one.
pub(super) fn of(answer: Result<Answer, String>) -> Verdict {
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return Verdict::Later(Failure::without_answer(why)),
    };
    match answer.status.as_u16() {
        200..=299 => of_success(answer),
        404 | 408 | 409 | 429 | 500..=599 => Verdict::Later(Failure::of(&answer)),
        _ => Verdict::Never(Failure::of(&answer)),
    }
}

fn of_success(answer: Answer) -> Verdict {
    let Answer {
        status,
        headers,
        body,
    } = answer;
    let is_empty = body.is_empty();
    match parse(&headers, body) {
        Ok(event) => Verdict::Reply(Box::new(event)),
        Err(_) if is_empty => Verdict::Delivered,
        Err(malformed) => {
            let what = if is_event(&headers) {
                "a malformed event"
            } else {
                "a body that is no event"
            };
            Verdict::Never(Failure::without_answer(format!(
                "it answered {status} with {what} ({}): answer with an empty body, or with an event",
                malformed.0
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn answer(status: u16, pairs: &[(&str, &str)], body: &'static str) -> Result<Answer, String> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Ok(Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::from_iter(pairs),
            body: body.into(),
        })
    }

    const EVENT: [(&str, &str); 4] = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/s"),
        ("ce-type", "t"),
    ];
    const STRUCTURED: [(&str, &str); 1] = [("content-type", "application/cloudevents+json")];
    const STRUCTURED_EVENT: &str = r#"{"specversion":"1.0","id":"1","source":"/s","type":"t"}"#;

    #[test]
    fn statuses_mean_done_later_or_never() {
        for (status, word) in [
            (200, "done"),
            (202, "done"),
            (204, "done"),
            (301, "never"),
            (400, "never"),
            (401, "never"),
            (404, "later"),
            (408, "later"),
            (409, "later"),
            (410, "never"),
            (413, "never"),
            (425, "never"),
            (429, "later"),
            (500, "later"),
            (503, "later"),
            (599, "later"),
            (600, "never"),
        ] {
            let found = match of(answer(status, &[], "")) {
                Verdict::Delivered => "done",
                Verdict::Later(_) => "later",
                Verdict::Never(_) => "never",
                Verdict::Reply(_) => "reply",
            };
            assert_eq!(found, word, "{status}");
        }
        assert!(matches!(of(Err("timed out".to_owned())), Verdict::Later(_)));
    }

    #[test]
    fn a_success_with_an_event_is_a_reply_whatever_its_status() {
        for status in [200, 202] {
            assert!(matches!(of(answer(status, &EVENT, "")), Verdict::Reply(_)));
            let structured = answer(status, &STRUCTURED, STRUCTURED_EVENT);
            assert!(matches!(of(structured), Verdict::Reply(_)));
        }
    }

    #[test]
    fn a_success_with_a_body_that_is_no_event_fails_without_code_and_retry() {
        for (headers, body) in [
            (&[][..], "ok"),
            (&STRUCTURED[..], "{}"),
            (&EVENT[1..], "{}"),
        ] {
            let Verdict::Never(failure) = of(answer(200, headers, body)) else {
                panic!("{headers:?} {body}");
            };
            assert_eq!((failure.code, failure.body), (None, Bytes::new()));
        }
    }

    #[test]
    fn a_success_without_body_is_one_even_when_its_event_is_incomplete() {
        for headers in [&EVENT[..2], &STRUCTURED[..]] {
            assert_eq!(of(answer(200, headers, "")), Verdict::Delivered);
        }
    }

    #[test]
    fn a_failure_keeps_code_beginning_of_the_body_and_kne_headers() {
        let Verdict::Never(failure) = of(answer(400, &[("Kne-Reason", "poison")], "no such order"))
        else {
            panic!();
        };
        assert_eq!(failure.code, Some(StatusCode::BAD_REQUEST));
        assert_eq!(failure.body, "no such order");
        assert_eq!(
            failure.extensions,
            [("reason".to_owned(), "poison".to_owned())]
        );
    }
}
