//! `docs/api/asyncapi.json`: what is said over the broker, for readers and tools. Made of the contracts and the triggers, so it
//! cannot say anything else than they do.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod document;
mod message;
mod operations;
#[path = "../support/mod.rs"]
mod support;

use std::{fs, path::PathBuf};

use serde_json::Value;
use souk_contracts::event_types;
use support::{eventing, triggers};

const REWRITE: &str = "UPDATE_SCHEMAS=1 cargo test -p souk-contracts --test asyncapi";

fn path() -> PathBuf {
    eventing().parent().unwrap().join("docs/api/asyncapi.json")
}

#[test]
fn the_document_is_that_of_the_contracts_and_the_triggers() {
    let (path, document) = (path(), document::document(&triggers()));
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("{document:#}\n")).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
    assert!(
        kept == document,
        "{} is out of date; run: {REWRITE}",
        path.display()
    );
}

#[test]
fn every_type_is_sent_by_its_emitter_and_received_by_whoever_has_a_trigger() {
    let document = document::document(&triggers());
    let messages = |operation: &str| {
        let messages = document["operations"][operation]["messages"].as_array();
        let names = messages.into_iter().flatten().map(|message| {
            let name = message["$ref"].as_str().unwrap();
            name.rsplit('/').next().unwrap().to_owned()
        });
        names.collect::<Vec<_>>()
    };
    for event_type in event_types() {
        let sender = if event_type.public {
            "intake"
        } else {
            event_type.emitter
        };
        let sent = messages(&format!("{sender}-emits"));
        assert!(
            sent.contains(&event_type.type_name.to_owned()),
            "{}",
            event_type.type_name
        );
    }
    for trigger in triggers() {
        assert_eq!(messages(&trigger.name), [trigger.event_type]);
    }
}
