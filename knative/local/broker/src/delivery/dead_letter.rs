//! What an undelivered event says about its failure.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::verdict::Failure;
use crate::attribute;
use crate::event::{CORE, Event};

/// The event with the broker's error extensions.
pub(super) fn letter(event: &Event, subscriber: &str, failure: &Failure) -> Event {
    let mut letter = event.clone();
    let mut add = |name: &str, value: String| letter.attributes.insert(name.to_owned(), value);
    for (name, value) in &failure.extensions {
        // On the cluster such a header makes the dead letter fail, or gives it two ids.
        if attribute::is_name(name) && !CORE.contains(&name.as_str()) {
            add(name, value.clone());
        } else {
            tracing::error!(
                subscriber,
                header = format!("kne-{name}"),
                "no extension can be named so: ON A CLUSTER THIS EVENT WOULD BE LOST"
            );
        }
    }
    add("knativeerrordest", subscriber.to_owned());
    if let Some(code) = failure.code {
        add("knativeerrorcode", code.as_str().to_owned());
    }
    if !failure.body.is_empty() {
        add("knativeerrordata", BASE64_STANDARD.encode(&failure.body));
    }
    letter
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[test]
    fn a_dead_letter_says_where_why_and_what_was_answered() {
        let failure = Failure {
            code: Some(StatusCode::BAD_REQUEST),
            body: "no".into(),
            extensions: vec![
                ("reason".to_owned(), "poison".to_owned()),
                ("my-reason".to_owned(), "poison".to_owned()),
                ("id".to_owned(), "2".to_owned()),
            ],
            why: String::new(),
        };
        let letter = letter(&Event::default(), "http://orders/events", &failure);
        let found: Vec<_> = letter
            .attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("knativeerrorcode", "400"),
                ("knativeerrordata", "bm8="),
                ("knativeerrordest", "http://orders/events"),
                ("reason", "poison"),
            ]
        );
    }

    #[test]
    fn without_an_answer_it_says_only_where() {
        let letter = letter(
            &Event::default(),
            "http://a",
            &Failure::without_answer("timeout"),
        );
        assert_eq!(letter.attributes.len(), 1);
    }
}
