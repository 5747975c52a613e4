//! The JSON Schemas beside the code are what partners read: these tests keep them true.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{collections::BTreeSet, fs, path::PathBuf};

use souk_contracts::{EventType, event_types};

const REWRITE: &str = "UPDATE_SCHEMAS=1 cargo test -p souk-contracts --test schemas";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

fn file_name(event_type: &EventType) -> String {
    format!("{}.json", event_type.type_name)
}

fn expected(event_type: &EventType) -> String {
    let mut text = serde_json::to_string_pretty(&(event_type.schema)()).unwrap();
    text.push('\n');
    text
}

#[test]
fn the_schemas_are_those_of_the_code() {
    let rewrite = std::env::var_os("UPDATE_SCHEMAS").is_some();
    for event_type in event_types() {
        let path = folder().join(file_name(event_type));
        if rewrite {
            fs::write(&path, expected(event_type)).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == expected(event_type),
            "{} is out of date; run: {REWRITE}",
            path.display()
        );
    }
}

#[test]
fn there_is_no_schema_without_a_type() {
    let known: BTreeSet<_> = event_types().iter().map(file_name).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            known.contains(&name),
            "schemas/{name} belongs to no event type; delete it"
        );
    }
}

#[test]
fn types_and_sources_are_named_as_agreed() {
    for event_type in event_types() {
        let parts: Vec<_> = event_type.type_name.split('.').collect();
        assert!(
            matches!(parts[..], ["dev", "souk", _, _, "v1" | "v2"]),
            "{}",
            event_type.type_name
        );
        let house = if event_type.public {
            "publishers"
        } else {
            "functions"
        };
        assert_eq!(
            event_type.source,
            format!("/{house}/{}", event_type.emitter)
        );
    }
}
