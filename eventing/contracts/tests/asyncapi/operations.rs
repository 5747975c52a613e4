//! Who says what, by the contracts; who hears what, by the triggers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use souk_contracts::{EventType, event_types};

use crate::{
    document::{BROKER, PUBLICATIONS},
    support::Trigger,
};

/// `<function>-emits` for everything that a function sends, and one operation for each trigger, under its name.
pub(crate) fn operations(triggers: &[Trigger]) -> Map<String, Value> {
    let mut operations = Map::new();
    for (function, event_types) in senders() {
        let (id, mut operation) = (
            format!("{function}-emits"),
            operation("send", BROKER, function, &event_types),
        );
        operation["summary"] = format!("What {function} says.").into();
        operations.insert(id, operation);
    }
    for Trigger {
        name,
        consumer,
        event_type,
    } in triggers
    {
        let mut operation = operation("receive", BROKER, consumer, &[event_type]);
        operation["summary"] = format!("What {consumer} hears by the trigger {name}.").into();
        operations.insert(name.clone(), operation);
    }
    let public: Vec<_> = event_types()
        .iter()
        .filter(|it| it.public)
        .map(|it| it.type_name)
        .collect();
    let mut published = operation("receive", PUBLICATIONS, "intake", &public);
    published["summary"] = "What publishers say; each may say what it was granted.".into();
    operations.insert("intake-takes".to_owned(), published);
    operations
}

/// What publishers say reaches the broker through intake.
fn senders() -> BTreeMap<&'static str, Vec<&'static str>> {
    let sender = |it: &EventType| if it.public { "intake" } else { it.emitter };
    let mut senders: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event_type in event_types() {
        senders
            .entry(sender(event_type))
            .or_default()
            .push(event_type.type_name);
    }
    senders
}

fn operation(
    action: &str,
    channel: &str,
    function: &str,
    event_types: &[impl AsRef<str>],
) -> Value {
    let message = |name: &str| json!({ "$ref": format!("#/channels/{channel}/messages/{name}") });
    let messages: Vec<_> = event_types.iter().map(|it| message(it.as_ref())).collect();
    json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "messages": messages,
        "tags": [{ "name": function }],
        "bindings": { "http": { "method": "POST", "bindingVersion": "0.3.0" } },
    })
}
