//! The document as a whole: where is spoken, and the parts that its messages share.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use souk_contracts::{EventType, event_types};

use crate::{message, operations, support::Trigger};

/// The channel of everything that functions tell each other.
pub(crate) const BROKER: &str = "broker";
/// The channel of what publishers outside the shop say.
pub(crate) const PUBLICATIONS: &str = "publications";

const DESCRIPTION: &str = "What the functions of the shop tell each other, and what its publishers tell them: CloudEvents 1.0 in \
binary mode, with JSON data. A function posts to the broker; the broker delivers to each function with a trigger, at its path \
/events: at least once, in no order. It is answered 202 without a body (done, or done before), 503 (later) or 400 (never). \
Events with the same partition key share a partition. What is delivered has the extensions knativekafkapartition and \
knativekafkaoffset besides.";

/// The AsyncAPI document of these subscriptions.
pub(crate) fn document(triggers: &[Trigger]) -> Value {
    // AsyncAPI's own schemas are those of draft 7.
    let settings = SchemaSettings::draft07();
    let settings = settings.with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = SchemaGenerator::new(settings);
    let messages: Map<_, _> = event_types()
        .iter()
        .map(|it| {
            (
                it.type_name.to_owned(),
                message::message(it, &mut generator),
            )
        })
        .collect();
    let mut schemas = generator.take_definitions(true);
    schemas.insert("CloudEvent".to_owned(), message::envelope());
    json!({
        "asyncapi": "3.1.0",
        "info": {
            "title": "Souk: events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": servers(),
        "channels": channels(),
        "operations": operations::operations(triggers),
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "publisher": {
                    "type": "httpApiKey", "in": "header", "name": "X-Api-Key",
                    "description": "The key of a publisher.",
                },
            },
        },
    })
}

fn servers() -> Value {
    json!({
        "broker": {
            "host": "kafka-broker-ingress.knative-eventing.svc.cluster.local",
            "protocol": "http",
            "description": "The ingress of the Knative broker, reached from inside only. A function finds its whole address in K_SINK.",
        },
        "gateway": {
            "host": "{host}",
            "protocol": "https",
            "description": "The public door.",
            "variables": { "host": { "default": "souk.example", "description": "Where the shop's gateway answers." } },
            "security": [{ "$ref": "#/components/securitySchemes/publisher" }],
        },
    })
}

fn channels() -> Value {
    let (public, all) = (event_types().iter().filter(|it| it.public), event_types());
    json!({
        BROKER: {
            "address": "/souk/default",
            "servers": [{ "$ref": "#/servers/broker" }],
            "description": "The one broker of the shop. It keeps what it has accepted in a topic of Kafka.",
            "messages": messages(all.iter()),
            "bindings": { "kafka": { "topic": "knative-broker-souk-default", "bindingVersion": "0.5.0" } },
        },
        PUBLICATIONS: {
            "address": "/v1/events",
            "servers": [{ "$ref": "#/servers/gateway" }],
            "description": "Where publishers post, also in structured mode and in batches. The function intake checks and forwards.",
            "messages": messages(public),
        },
    })
}

fn messages<'a>(event_types: impl Iterator<Item = &'a EventType>) -> Map<String, Value> {
    let named = |it: &EventType| {
        let reference = format!("#/components/messages/{}", it.type_name);
        (it.type_name.to_owned(), json!({ "$ref": reference }))
    };
    event_types.map(named).collect()
}
