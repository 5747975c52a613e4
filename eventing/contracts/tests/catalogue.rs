//! The catalogue that people read and the triggers that the broker follows: both must agree with the code.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use souk_contracts::{EventType, event_types, find};
use support::{eventing, triggers};

/// Who hears which type, by the triggers' names and filters.
fn consumers() -> BTreeMap<String, BTreeSet<String>> {
    let mut consumers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for trigger in triggers() {
        let heard_by = consumers.entry(trigger.event_type).or_default();
        heard_by.insert(trigger.consumer);
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
fn every_trigger_waits_for_a_type_that_exists_and_is_named_after_it() {
    for trigger in triggers() {
        let event_type = &trigger.event_type;
        assert!(
            find(event_type).is_some(),
            "no contract is called {event_type}"
        );
        let said = event_type.trim_start_matches("dev.souk.");
        let said = said.trim_end_matches(".v1").replace('.', "-");
        assert_eq!(trigger.name, format!("{}-on-{said}", trigger.consumer));
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
