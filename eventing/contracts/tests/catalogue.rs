//! The catalogue that people read and the triggers that the broker follows: both must agree with the code.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use souk_contracts::{EventType, event_types, find};

fn eventing() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Who hears which type, by the triggers' names and filters.
fn consumers() -> BTreeMap<String, BTreeSet<String>> {
    let mut consumers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for entry in fs::read_dir(eventing().join("base/triggers")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut consumer = None;
        for line in text.lines().map(str::trim) {
            if let Some((name, _)) = line
                .strip_prefix("name: ")
                .and_then(|name| name.split_once("-on-"))
            {
                consumer = Some(name.to_owned());
            }
            if let Some(event_type) = line.strip_prefix("type: dev.souk.") {
                let heard = consumers
                    .entry(format!("dev.souk.{event_type}"))
                    .or_default();
                heard.insert(
                    consumer
                        .clone()
                        .expect("a trigger has a name before its filter"),
                );
            }
        }
    }
    consumers
}

/// The rows of the README's table: type, emitter, consumers.
fn catalogue() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let readme = fs::read_to_string(eventing().join("README.md")).unwrap();
    let rows = readme
        .lines()
        .filter(|line| line.starts_with("| [`dev.souk."));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let event_type = cells[1].split('`').nth(1).unwrap().to_owned();
        let consumers = cells[4]
            .split(", ")
            .filter(|name| *name != "-")
            .map(str::to_owned)
            .collect();
        (event_type, (cells[3].to_owned(), consumers))
    })
    .collect()
}

fn emitter(event_type: &EventType) -> String {
    let role = if event_type.public {
        " (publisher)"
    } else {
        ""
    };
    format!("{}{role}", event_type.emitter)
}

#[test]
fn every_trigger_waits_for_a_type_that_exists() {
    for event_type in consumers().keys() {
        assert!(
            find(event_type).is_some(),
            "no contract is called {event_type}"
        );
    }
}

#[test]
fn the_catalogue_lists_every_type_with_its_emitter_and_its_consumers() {
    let (catalogue, consumers) = (catalogue(), consumers());
    assert_eq!(catalogue.len(), event_types().len());
    for event_type in event_types() {
        let heard_by = consumers
            .get(event_type.type_name)
            .cloned()
            .unwrap_or_default();
        let expected = (emitter(event_type), heard_by);
        assert_eq!(
            catalogue.get(event_type.type_name),
            Some(&expected),
            "{} in eventing/README.md",
            event_type.type_name
        );
    }
}
