//! Two schemas of the same thing, keyword by keyword.
//!
//! A reader of either release must understand a writer of the other one: during an upgrade both are at work, and what lies in
//! the broker is older than both. So the schemas must let through the same, but for new fields that may be absent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// What says nothing about what is let through.
const ANNOTATIONS: [&str; 5] = ["$comment", "default", "description", "examples", "title"];

/// A comparison of two documents, and what it has found.
pub(crate) struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    pub(crate) breaks: Vec<String>,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(old: &'a Value, new: &'a Value) -> Self {
        Self {
            old,
            new,
            breaks: Vec::new(),
        }
    }

    /// Compares what is at the same place in both documents.
    pub(crate) fn compare(&mut self, at: &str, before: &Value, now: &Value) {
        let (before, now) = (plain(self.old, before), plain(self.new, now));
        let (Some(before), Some(now)) = (before.as_object(), now.as_object()) else {
            return self.same(at, "schema", &before, &now);
        };
        self.fields(at, before, now);
        let keywords: BTreeSet<_> = before.keys().chain(now.keys()).collect();
        for keyword in keywords {
            let (was, is) = (
                before.get(keyword).unwrap_or(&Value::Null),
                now.get(keyword).unwrap_or(&Value::Null),
            );
            match (keyword.as_str(), was, is) {
                ("properties" | "required", ..) => {}
                (keyword, ..) if ANNOTATIONS.contains(&keyword) => {}
                ("items", ..) => self.compare(&format!("{at}[]"), was, is),
                ("additionalProperties", Value::Object(_), Value::Object(_)) => {
                    self.compare(&format!("{at}.*"), was, is);
                }
                ("allOf" | "anyOf" | "oneOf", Value::Array(was), Value::Array(is))
                    if was.len() == is.len() =>
                {
                    for (was, is) in was.iter().zip(is) {
                        self.compare(at, was, is);
                    }
                }
                (keyword, ..) => self.same(at, keyword, was, is),
            }
        }
    }

    fn fields(&mut self, at: &str, before: &Map<String, Value>, now: &Map<String, Value>) {
        let (was_needed, is_needed) = (required(before), required(now));
        let (was, is) = (properties(before), properties(now));
        for (name, schema) in &was {
            let field = format!("{at}.{name}");
            let Some(today) = is.get(*name) else {
                self.breaks.push(format!("{field} is gone"));
                continue;
            };
            match (was_needed.contains(name), is_needed.contains(name)) {
                (false, true) => self.breaks.push(format!("{field} is required now")),
                (true, false) => self.breaks.push(format!("{field} may be absent now")),
                _ => {}
            }
            self.compare(&field, schema, today);
        }
        for name in is.keys().filter(|name| !was.contains_key(*name)) {
            if is_needed.contains(name) {
                self.breaks.push(format!(
                    "{at}.{name} is new and required: what lies in the broker does not have it"
                ));
            }
        }
    }

    fn same(&mut self, at: &str, keyword: &str, was: &Value, is: &Value) {
        if unordered(was) != unordered(is) {
            self.breaks
                .push(format!("{at}: `{keyword}` was {was} and is {is}"));
        }
    }
}

/// Choices in another order are the same choices.
fn unordered(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(choices) = value.as_array_mut() {
        choices.sort_by_key(Value::to_string);
    }
    value
}

/// A schema without the references and wrappings that say nothing of their own.
fn plain(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        let target = document.pointer(pointer);
        return plain(document, target.unwrap_or(&Value::Null));
    }
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) if says_nothing_else(schema) => plain(document, only),
        _ => schema.clone(),
    }
}

fn says_nothing_else(schema: &Value) -> bool {
    let mut keywords = schema.as_object().into_iter().flat_map(Map::keys);
    keywords.all(|keyword| keyword == "allOf" || ANNOTATIONS.contains(&keyword.as_str()))
}

fn properties(schema: &Map<String, Value>) -> BTreeMap<&String, &Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().collect()
}

fn required(schema: &Map<String, Value>) -> BTreeSet<&String> {
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten();
    names
        .filter_map(|name| match name {
            Value::String(name) => Some(name),
            _ => None,
        })
        .collect()
}
