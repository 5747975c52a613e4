//! JSON Schemas that refer to the components of their document.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::Validator;
use serde_json::{Value, json};

/// The schemas of one document, compiled when they are first needed.
pub(super) struct Schemas {
    components: Value,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    pub(super) fn of(document: &Value) -> Self {
        Self {
            components: document["components"].clone(),
            compiled: Mutex::default(),
        }
    }

    /// What is wrong with a value, each mistake with its place.
    pub(super) fn mistakes(&self, schema: &Value, value: &Value) -> Vec<String> {
        let errors = self.validator(schema);
        let errors = errors.iter_errors(value);
        errors
            .map(|error| format!("at `{}`: {error}", error.instance_path()))
            .collect()
    }

    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let found = compiled.entry(schema.to_string()).or_insert_with(|| {
            let whole = json!({ "allOf": [schema], "components": self.components });
            let options = jsonschema::draft202012::options().should_validate_formats(true);
            let validator = options.build(&whole);
            Arc::new(validator.unwrap_or_else(|error| panic!("{schema}: {error}")))
        });
        found.clone()
    }
}
