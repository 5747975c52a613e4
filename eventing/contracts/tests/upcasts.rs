//! What was said in an older version is understood in the newer one: tried with data as it lies in brokers, inboxes and dead
//! letters, the oddest included that the older version ever let through.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{fs, path::Path};

use serde_json::{Value, json};
use souk_contracts::{EventType, ProductPublished, ProductPublishedV2, Upcast, event_types, find};

/// Data of a type that was stored once, by its name.
fn samples(type_name: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/samples")
        .join(type_name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!(
            "{} should hold stored data of {type_name}: {error}",
            folder.display()
        )
    });
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            (
                path.display().to_string(),
                serde_json::from_str(&text).unwrap(),
            )
        })
        .collect()
}

fn superseded() -> impl Iterator<Item = &'static EventType> {
    event_types()
        .iter()
        .filter(|event_type| event_type.successor.is_some())
}

#[test]
fn a_successor_is_the_same_fact_by_the_same_emitter() {
    for older in superseded() {
        let newer =
            find(older.successor.unwrap().type_name).expect("a successor is in the catalogue");
        let (name, version) = older.type_name.rsplit_once(".v").unwrap();
        let next = version.parse::<u32>().unwrap() + 1;
        assert_eq!(newer.type_name, format!("{name}.v{next}"));
        assert_eq!(newer.source, older.source);
    }
}

#[test]
fn everything_that_was_ever_said_is_understood_in_the_next_version() {
    for older in superseded() {
        let newer = find(older.successor.unwrap().type_name).unwrap();
        let samples = samples(older.type_name);
        assert!(!samples.is_empty());
        for (file, data) in samples {
            assert_eq!((older.validate)(&data), Ok(()), "{file}");
            let upcast = (older.successor.unwrap().upcast)(&data).unwrap();
            assert_eq!((newer.validate)(&upcast), Ok(()), "{file}: {upcast}");
            assert_eq!((newer.subject)(&upcast), (older.subject)(&data), "{file}");
            assert_eq!(
                (newer.partition_key)(&upcast),
                (older.partition_key)(&data),
                "{file}"
            );
        }
    }
}

#[test]
fn data_that_was_never_valid_is_not_made_valid() {
    for older in superseded() {
        let mut data = samples(older.type_name).remove(0).1;
        data["colour"] = json!("blue");
        let refused = (older.successor.unwrap().upcast)(&data).unwrap_err();
        assert!(refused.contains("unknown field `colour`"), "{refused}");
    }
}

#[test]
fn what_the_first_version_of_a_product_did_not_say_is_left_open() {
    let data = json!({
        "sku": "MUG", "name": "Blue mug", "category": "mugs", "price": { "amount_minor": 1250, "currency": "EUR" },
        "version": 3, "published_at": "2026-03-14T09:26:53Z",
    });
    let older: ProductPublished = serde_json::from_value(data).unwrap();
    let expected = json!({
        "sku": "MUG", "name": "Blue mug", "category": "mugs", "price": { "amount_minor": 1250, "currency": "EUR" },
        "version": 3, "changed_at": "2026-03-14T09:26:53Z",
    });
    let newer = serde_json::to_value(ProductPublishedV2::upcast(older)).unwrap();
    assert_eq!(newer, expected);
}
