//! The bodies of `POST /v1/events` in the document, made from the contracts of the events that come from outside.

use serde_json::{Value, json};
use souk_contracts::{EventType, event_types};
use souk_kit::api::{Operation, Schemas};

use super::wire::{BATCH, BATCH_EVENTS_MAX, STRUCTURED};

pub(super) fn describe(operation: &mut Operation<'_>) {
    let public = || event_types().iter().filter(|event_type| event_type.public);
    let schemas = operation.schemas();
    let data: Vec<_> = public().map(|each| data(schemas, each)).collect();
    let events: Vec<_> = public()
        .zip(&data)
        .map(|(each, data)| event(schemas, each, data))
        .collect();
    let event = json!({ "oneOf": events });
    let batch = json!({ "type": "array", "maxItems": BATCH_EVENTS_MAX, "items": event });
    operation.body(STRUCTURED, &event);
    operation.body(BATCH, &batch);
    operation.body("application/json", &json!({ "anyOf": data }));
    for (name, about) in [
        ("ce-specversion", "In binary mode: `1.0`."),
        (
            "ce-id",
            "In binary mode: the event's id, new for each event of the source.",
        ),
        (
            "ce-source",
            "In binary mode: who is speaking, `/publishers/<client id>`.",
        ),
        ("ce-type", "In binary mode: the event's type."),
        ("ce-time", "In binary mode: when it happened."),
    ] {
        operation.header(name, false, about, json!({ "type": "string" }));
    }
}

fn name(event_type: &EventType) -> String {
    let schema = (event_type.schema)();
    schema["title"].as_str().unwrap_or_default().to_owned()
}

fn data(schemas: &mut Schemas, event_type: &EventType) -> Value {
    schemas.adopt(&name(event_type), (event_type.schema)())
}

/// In structured mode. Other attributes are extensions, and travel on.
fn event(schemas: &mut Schemas, event_type: &EventType, data: &Value) -> Value {
    let text = |about: &str| json!({ "type": "string", "minLength": 1, "description": about });
    let schema = json!({
        "type": "object",
        "description": format!("A CloudEvent of the type `{}`.", event_type.type_name),
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": text("New for each event of the source."),
            "source": { "const": event_type.source },
            "type": { "const": event_type.type_name },
            "subject": text("What it is about."),
            "time": { "type": "string", "format": "date-time", "description": "When it happened." },
            "datacontenttype": { "const": "application/json" },
            "dataschema": { "type": "string", "format": "uri", "description": "Where its schema is." },
            "data": data,
        },
    });
    schemas.adopt(&format!("{}Event", name(event_type)), schema)
}
