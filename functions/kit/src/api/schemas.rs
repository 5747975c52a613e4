//! The schemas of what is read and of what is written. One type may differ in the two: a field that may be left out when it
//! is read is always there when it is written.

use std::collections::BTreeSet;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

const WRITTEN: &str = "#/components/schemas/";
/// Until it is known which of them are the same as what is written.
const READ: &str = "#/components/read/";
/// In a schema that stands alone.
const LOCAL: &str = "#/$defs/";

/// Makes the schemas of one document.
pub struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

/// A field of an object that is read.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) description: Option<Value>,
    pub(super) schema: Value,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = |path: &'static str| {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = path.into();
                settings.meta_schema = None;
            })
        };
        Self {
            read: settings("/components/read")
                .for_deserialize()
                .into_generator(),
            written: settings("/components/schemas")
                .for_serialize()
                .into_generator(),
        }
    }

    /// The schema of something that is read.
    pub fn read<T: JsonSchema>(&mut self) -> Value {
        self.read.subschema_for::<T>().into()
    }

    /// The schema of something that is written.
    pub fn written<T: JsonSchema>(&mut self) -> Value {
        self.written.subschema_for::<T>().into()
    }

    /// Takes over a schema that was made elsewhere, with its definitions, as something that is read.
    pub fn adopt(&mut self, name: &str, mut schema: Value) -> Value {
        point(&mut schema, LOCAL, &|name| format!("{READ}{name}"));
        if let Value::Object(object) = &mut schema {
            object.remove("$schema");
            let definitions = object.remove("$defs");
            if let Some(Value::Object(definitions)) = definitions {
                self.read.definitions_mut().extend(definitions);
            }
        }
        self.read.definitions_mut().insert(name.to_owned(), schema);
        json!({ "$ref": format!("{READ}{name}") })
    }

    /// The schemas of a tuple's items, or that of a single thing.
    pub(super) fn items<T: JsonSchema>(&mut self) -> Vec<Value> {
        let mut schema = Value::from(T::json_schema(&mut self.read));
        match schema.get_mut("prefixItems").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => vec![schema],
        }
    }

    pub(super) fn fields<T: JsonSchema>(&mut self) -> Vec<Field> {
        let schema = Value::from(T::json_schema(&mut self.read));
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let properties = schema["properties"].as_object().into_iter().flatten();
        let field = |(name, schema): (&String, &Value)| {
            let mut schema = without_null(schema.clone());
            Field {
                name: name.clone(),
                required: required.iter().any(|other| other == name),
                description: schema
                    .as_object_mut()
                    .and_then(|schema| schema.remove("description")),
                schema,
            }
        };
        properties.map(field).collect()
    }

    /// All that was named, and `document` with the names as they finally are.
    pub(super) fn finish(mut self, document: &mut Value) -> Map<String, Value> {
        let (read, mut written) = (
            self.read.take_definitions(true),
            self.written.take_definitions(true),
        );
        let differing = differing(&read, &written);
        let rename = |name: &str| {
            if differing.contains(name) {
                format!("{WRITTEN}{name}Input")
            } else {
                format!("{WRITTEN}{name}")
            }
        };
        for (name, mut schema) in read {
            point(&mut schema, READ, &rename);
            if differing.contains(&name) {
                written.insert(format!("{name}Input"), schema);
            } else {
                written.entry(name).or_insert(schema);
            }
        }
        point(document, READ, &rename);
        written.values_mut().for_each(enumerate);
        enumerate(document);
        written
    }
}

/// The names that stand for one thing when read and for another when written, or that are made of such.
fn differing(read: &Map<String, Value>, written: &Map<String, Value>) -> BTreeSet<String> {
    let mut differing = BTreeSet::new();
    loop {
        let is_other = |(name, schema): &(&String, &Value)| {
            let mut schema = (*schema).clone();
            point(&mut schema, READ, &|name| {
                let mark = if differing.contains(name) {
                    "Input"
                } else {
                    ""
                };
                format!("{WRITTEN}{name}{mark}")
            });
            written.get(*name).is_some_and(|written| *written != schema)
        };
        let found: BTreeSet<_> = read
            .iter()
            .filter(is_other)
            .map(|(name, _)| name.clone())
            .collect();
        if found.len() == differing.len() {
            return found;
        }
        differing = found;
    }
}

/// Gives every reference that begins with `from` another address.
fn point(value: &mut Value, from: &str, address: &dyn Fn(&str) -> String) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get_mut("$ref")
                && let Some(name) = reference.strip_prefix(from)
            {
                *reference = address(name);
            }
            let values = object.values_mut();
            values.for_each(|value| point(value, from, address));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|value| point(value, from, address)),
        _ => {}
    }
}

/// A choice of constants, each with its words, is an enumeration: that is what generators of clients make types of.
fn enumerate(value: &mut Value) {
    if let Some((names, words)) = value
        .get("oneOf")
        .and_then(Value::as_array)
        .and_then(|choices| constants(choices))
    {
        let about = value["description"].as_str().unwrap_or_default();
        value["description"] = format!("{about}\n\n{words}").trim().into();
        value["type"] = "string".into();
        value["enum"] = names.into();
        if let Value::Object(schema) = value {
            schema.remove("oneOf");
        }
    }
    match value {
        Value::Object(object) => object.values_mut().for_each(enumerate),
        Value::Array(items) => items.iter_mut().for_each(enumerate),
        _ => {}
    }
}

/// The constants, and a line of words for each.
fn constants(choices: &[Value]) -> Option<(Vec<Value>, String)> {
    let each = choices.iter().map(|choice| {
        let name = choice["const"].as_str()?;
        let words = choice["description"].as_str().unwrap_or_default();
        Some((Value::from(name), format!("- `{name}`: {words}")))
    });
    let (names, words): (Vec<_>, Vec<_>) = each.collect::<Option<Vec<_>>>()?.into_iter().unzip();
    Some((names, words.join("\n")))
}

/// A parameter is there or it is not; it is never `null`.
fn without_null(mut schema: Value) -> Value {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            schema["type"] = one.clone();
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(one)] = choices.as_slice() {
            let one = one.clone();
            if let Value::Object(schema) = &mut schema {
                schema.remove("anyOf");
                schema.extend(one);
            }
        }
    }
    if schema.get("default").is_some_and(Value::is_null)
        && let Value::Object(schema) = &mut schema
    {
        schema.remove("default");
    }
    schema
}
