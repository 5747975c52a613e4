//! One event type as a message: its data, and the attributes around it as headers.

use schemars::SchemaGenerator;
use serde_json::{Value, json};
use souk_contracts::EventType;

/// The event type, with the schema of its data left in the generator.
pub(crate) fn message(event_type: &EventType, generator: &mut SchemaGenerator) -> Value {
    let payload = (event_type.subschema)(generator);
    let schema = (event_type.schema)();
    let summary = schema["description"].as_str().unwrap().replace('\n', " ");
    let mut message = json!({
        "name": event_type.type_name,
        "title": schema["title"],
        "summary": summary,
        "contentType": "application/json",
        "headers": headers(event_type),
        "payload": payload,
        "tags": [{ "name": event_type.emitter }],
        "bindings": {
            "kafka": {
                "key": { "type": "string", "description": "The partition key." },
                "bindingVersion": "0.5.0",
            },
        },
    });
    if let Some(successor) = event_type.successor {
        let next = successor.type_name;
        message["description"] =
            format!("Superseded by {next}: both are published until nobody hears this one.").into();
        message["x-successor"] = next.into();
    }
    message
}

/// What the functions say about a fact has a subject, a time and a key; publishers may leave these to intake and to the reader.
fn headers(event_type: &EventType) -> Value {
    let always: &[&str] = if event_type.public {
        &[]
    } else {
        &["ce-subject", "ce-time", "ce-partitionkey"]
    };
    json!({
        "allOf": [
            { "$ref": "#/components/schemas/CloudEvent" },
            {
                "type": "object",
                "required": always,
                "properties": {
                    "ce-type": { "const": event_type.type_name },
                    "ce-source": { "const": event_type.source },
                },
            },
        ],
    })
}

/// The attributes of every event, as HTTP headers.
pub(crate) fn envelope() -> Value {
    let text = |description: &str| json!({ "type": "string", "pattern": "^[!#$&-~]{1,256}$", "description": description });
    json!({
        "type": "object",
        "description": "A CloudEvent in binary mode.",
        "required": ["ce-specversion", "ce-id", "ce-source", "ce-type"],
        "properties": {
            "ce-specversion": { "const": "1.0" },
            "ce-id": text("Unique for its source: the same id again is the same event again."),
            "ce-source": text("Who speaks: /functions/<name> or /publishers/<name>."),
            "ce-type": text("What it is."),
            "ce-subject": text("What it is about: <collection>/<id>."),
            "ce-time": { "type": "string", "format": "date-time", "description": "When it happened." },
            "ce-partitionkey": text("What keeps related events together."),
            "traceparent": { "type": "string", "description": "The W3C trace that it belongs to." },
        },
    })
}
