//! The document that is kept here, against the code and the gateway's file.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use serde_json::{Map, Value, json};
use souk_api::{Gateway, document, document_behind, file, gateway_file, text};

#[test]
fn the_document_is_what_handlers_and_gateway_say() {
    let made = document().unwrap_or_else(|error| panic!("{error}"));
    let kept = std::fs::read_to_string(file()).unwrap_or_default();
    assert!(
        kept == text(&made),
        "docs/api/openapi.json is not what the code says; write it anew: cargo run --bin api"
    );
}

/// Every example in the document, with its schema.
fn examples(at: &Value, found: &mut Vec<(Value, Value)>) {
    if let (Some(schema), Some(example)) = (at.get("schema"), at.get("example")) {
        found.push((schema.clone(), example.clone()));
    }
    if let (Some(schema), Some(Value::Object(examples))) = (at.get("schema"), at.get("examples")) {
        let values = examples.values().map(|example| example["value"].clone());
        found.extend(values.map(|value| (schema.clone(), value)));
    }
    match at {
        Value::Object(object) => object.values().for_each(|value| examples(value, found)),
        Value::Array(items) => items.iter().for_each(|value| examples(value, found)),
        _ => {}
    }
}

#[test]
fn every_example_is_what_its_schema_says() {
    let document = document().unwrap();
    let mut found = Vec::new();
    examples(&document["paths"], &mut found);
    assert!(found.len() > 50, "there are only {}", found.len());
    for (schema, example) in found {
        let whole = json!({ "allOf": [schema], "components": document["components"] });
        let validator = jsonschema::draft202012::options().should_validate_formats(true);
        let validator = validator.build(&whole).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&example)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{example:#}: {errors:?}");
    }
}

#[test]
fn every_operation_has_words_an_answer_and_its_problems() {
    let document = document().unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let at = format!("{method} {path}");
            for words in ["operationId", "summary"] {
                assert!(
                    operation[words]
                        .as_str()
                        .is_some_and(|text| !text.is_empty()),
                    "{at}: {words}"
                );
            }
            let responses: &Map<_, _> = operation["responses"].as_object().unwrap();
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{at}: no answer"
            );
            assert!(
                responses.contains_key("500") && responses.contains_key("429"),
                "{at}: problems"
            );
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{at}: {parameter}");
            }
        }
    }
}

/// What is said of the gateway's file with one thing changed.
fn complaint(from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(gateway_file()).unwrap();
    assert!(text.contains(from), "{from} is not in the file");
    let gateway = Gateway::read(&text.replacen(from, to, 1)).unwrap();
    document_behind(&gateway).unwrap_err().to_string()
}

#[test]
fn a_route_without_an_operation_is_noticed() {
    let route = "    routes:\n      - {name: wishes, methods: [GET], paths: [/v1/wishes]}\n";
    let complaint = complaint("    routes:\n", route);
    assert!(
        complaint.contains("the route `wishes` has no operation"),
        "{complaint}"
    );
}

#[test]
fn an_operation_without_a_route_is_noticed() {
    let complaint = complaint("paths: [/v1/shipments]", "paths: [/v1/parcels]");
    assert!(
        complaint.contains("/v1/shipments is not public"),
        "{complaint}"
    );
}

#[test]
fn a_route_that_asks_nobody_who_they_are_is_noticed() {
    let complaint = complaint("- name: jwt", "- name: acl");
    assert!(
        complaint.contains("asks for a token and the gateway does not"),
        "{complaint}"
    );
}

#[test]
fn a_route_that_lets_through_others_than_its_function_is_noticed() {
    let complaint = complaint("allow: [operator, machine]", "allow: [operator]");
    assert!(
        complaint.contains("the function lets through machine, operator"),
        "{complaint}"
    );
}
