//! No event breaks what the last release has promised: `docs/api/asyncapi.json` against the newest folder in `docs/api/releases`.
//!
//! The rules are in `eventing/README.md`, under "Changing a contract".

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod messages;
mod schemas;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

const PLACED: &str = "dev.souk.order.placed.v1";
const SUPERSEDED: &str = "dev.souk.product.published.v1";

fn api() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api")
}

fn read(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The folder of the last release, by its number.
fn last_release() -> PathBuf {
    let number = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?.to_owned();
        let parts = name.split('.').map(|part| part.parse::<u32>().ok());
        parts.collect::<Option<Vec<_>>>()
    };
    let folders = fs::read_dir(api().join("releases")).unwrap();
    let folders = folders.map(|folder| folder.unwrap().path());
    folders.max_by_key(number).expect("there was a release")
}

/// What is said today, after `change`, against what is said today.
fn breaks(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let today = read(&api().join("asyncapi.json"));
    let mut tomorrow = today.clone();
    change(&mut tomorrow);
    assert_ne!(today, tomorrow, "the change does not change anything");
    messages::breaks(&today, &tomorrow)
}

fn placed(document: &mut Value) -> &mut Value {
    &mut document["components"]["schemas"]["OrderPlaced"]
}

fn remove(object: &mut Value, key: &str) {
    let removed = object.as_object_mut().unwrap().remove(key);
    assert!(removed.is_some(), "there is no {key}");
}

#[test]
fn nothing_breaks_what_the_last_release_has_promised() {
    let release = last_release();
    let (last, today) = (
        read(&release.join("asyncapi.json")),
        read(&api().join("asyncapi.json")),
    );
    let breaks = messages::breaks(&last, &today);
    assert!(
        breaks.is_empty(),
        "incompatible with {}:\n{}\nA type that is heard does not change: add its next version, see eventing/README.md",
        release.display(),
        breaks.join("\n")
    );
}

#[test]
fn a_new_optional_field_a_new_type_and_other_words_are_let_through() {
    let unbroken = breaks(|document| {
        placed(document)["properties"]["note"] = json!({ "type": ["string", "null"] });
        placed(document)["properties"]["email"]["description"] = json!("Other words.");
        let message = document["components"]["messages"][PLACED].clone();
        document["components"]["messages"]["dev.souk.order.placed.v2"] = message;
    });
    assert_eq!(unbroken, Vec::<String>::new());
}

#[test]
fn a_field_that_is_gone_is_refused() {
    let broken = breaks(|document| remove(&mut placed(document)["properties"], "cart_id"));
    assert_eq!(broken, [format!("{PLACED}: payload.cart_id is gone")]);
}

#[test]
fn a_new_required_field_is_refused() {
    let broken = breaks(|document| {
        placed(document)["properties"]["channel"] = json!({ "type": "string" });
        let required = placed(document)["required"].as_array_mut().unwrap();
        required.push("channel".into());
    });
    assert_eq!(
        broken,
        [format!(
            "{PLACED}: payload.channel is new and required: what lies in the broker does not have it"
        )]
    );
}

#[test]
fn a_field_that_becomes_required_or_optional_is_refused() {
    for (field, now) in [("cart_id", true), ("email", false)] {
        let broken = breaks(|document| {
            let required = placed(document)["required"].as_array_mut().unwrap();
            required.retain(|name| name != field);
            if now {
                required.push(field.into());
            }
        });
        assert_eq!(broken.len(), 1, "{field}: {broken:?}");
        assert!(
            broken[0].contains(&format!("payload.{field}")),
            "{broken:?}"
        );
    }
}

#[test]
fn another_type_or_bound_is_refused_deep_within() {
    let broken = breaks(|document| {
        let schemas = &mut document["components"]["schemas"];
        schemas["Money"]["properties"]["amount_minor"]["type"] = json!("string");
    });
    let path = format!("{PLACED}: payload.lines[].unit_price.amount_minor");
    let expected = format!("{path}: `type` was \"integer\" and is \"string\"");
    assert!(broken.contains(&expected), "{broken:#?}");
    let broken = breaks(|document| {
        placed(document)["properties"]["lines"]["maxItems"] = json!(10);
    });
    assert_eq!(
        broken,
        [format!(
            "{PLACED}: payload.lines: `maxItems` was 500 and is 10"
        )]
    );
}

#[test]
fn a_reason_more_or_less_is_refused() {
    let reasons = |document: &mut Value| {
        let reasons = document["components"]["schemas"]["CancelReason"].as_object_mut();
        let choices = reasons.unwrap().values_mut().find_map(Value::as_array_mut);
        choices.unwrap().clone()
    };
    let today = reasons(&mut read(&api().join("asyncapi.json")));
    for choices in [&today[1..], &[&today[..], &today[..1]].concat()] {
        let broken = breaks(|document| {
            let schema = document["components"]["schemas"]["CancelReason"].as_object_mut();
            let place = schema.unwrap().values_mut().find(|value| value.is_array());
            *place.unwrap() = choices.into();
        });
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].contains("payload.reason"), "{broken:?}");
    }
}

#[test]
fn another_source_is_refused() {
    let broken = breaks(|document| {
        let headers = &mut document["components"]["messages"][PLACED]["headers"];
        headers["allOf"][1]["properties"]["ce-source"]["const"] = json!("/functions/desk");
    });
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert!(broken[0].contains("headers.ce-source"), "{broken:?}");
}

#[test]
fn a_type_ends_only_if_the_last_release_has_named_its_successor() {
    let end = |event_type: &'static str| {
        breaks(|document| remove(&mut document["components"]["messages"], event_type))
    };
    assert_eq!(end(SUPERSEDED), Vec::<String>::new());
    assert_eq!(
        end(PLACED),
        [format!(
            "{PLACED} is gone, and the last release named no successor"
        )]
    );
}
