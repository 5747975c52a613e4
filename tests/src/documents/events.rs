//! docs/api/asyncapi.json: what events may be.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{read, schemas::Schemas};

struct Asyncapi {
    messages: Value,
    schemas: Schemas,
}

static ASYNCAPI: LazyLock<Asyncapi> = LazyLock::new(|| {
    let document = read("asyncapi.json");
    Asyncapi {
        messages: document["components"]["messages"].clone(),
        schemas: Schemas::of(&document),
    }
});

/// Compares every event that the broker has taken, one JSON object a line as `souk events --json` prints them, with
/// docs/api/asyncapi.json. Gives the number of them.
///
/// # Panics
///
/// When one is something else.
pub fn check_events(lines: &str) -> usize {
    let events = lines.lines().filter(|line| !line.trim().is_empty());
    let checked = events.map(|line| {
        let event = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        check_event(&event);
    });
    checked.count()
}

/// Compares one event, in the JSON format of CloudEvents, with the document.
///
/// # Panics
///
/// When it is something else.
pub fn check_event(event: &Value) {
    let name = event["type"].as_str().unwrap_or_default();
    let source = event["source"].as_str().unwrap_or_default();
    // Others are not the shop's: what wakes a function, and what tests say to see it refused.
    if !source.starts_with("/functions/") && !source.starts_with("/publishers/") {
        return;
    }
    let message = &ASYNCAPI.messages[name];
    assert!(
        message.is_object(),
        "docs/api/asyncapi.json has no event `{name}`: {event:#}"
    );
    let mut mistakes = ASYNCAPI
        .schemas
        .mistakes(&message["payload"], &event["data"]);
    mistakes.extend(
        ASYNCAPI
            .schemas
            .mistakes(&message["headers"], &headers(event)),
    );
    assert!(
        mistakes.is_empty(),
        "an event `{name}` is not as docs/api/asyncapi.json has it: {}\n{event:#}",
        mistakes.join("; ")
    );
}

/// The attributes as they travel in binary mode.
fn headers(event: &Value) -> Value {
    let attributes = event.as_object().into_iter().flatten();
    let headers = attributes.filter_map(|(name, value)| match name.as_str() {
        "data" | "data_base64" => None,
        "datacontenttype" => Some(("content-type".to_owned(), value.clone())),
        other => Some((format!("ce-{other}"), value.clone())),
    });
    let mut headers = Map::from_iter(headers);
    // There is no other, so it is not always shown.
    headers.entry("ce-specversion").or_insert("1.0".into());
    headers.into()
}
