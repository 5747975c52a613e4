//! What Kong's own schemas say of a plugin's `config`: which fields, of which type, in which range, and what goes together.
//!
//! decK does not look into it, and Kong would only refuse it when it starts. The facts are those of Kong 3.9,
//! `kong/plugins/<name>/schema.lua`; the kinds of values are in `kong/db/schema/typedefs.lua` and `init.lua` beside it. Whether
//! a field does something here is the gateway's to say, not this module's. Values are never part of a message: they may be
//! secrets.

mod authentication;
mod observation;
mod text;
mod traffic;
mod transformation;
mod walk;

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::fields::Field;

/// All plugins whose schemas are known here.
const SCHEMAS: [&Schema; 11] = [
    &authentication::ACL,
    &authentication::JWT,
    &authentication::KEY_AUTH,
    &observation::CORRELATION_ID,
    &observation::OPENTELEMETRY,
    &observation::PROMETHEUS,
    &traffic::RATE_LIMITING,
    &traffic::REQUEST_SIZE_LIMITING,
    &traffic::REQUEST_TERMINATION,
    &transformation::CORS,
    &transformation::REQUEST_TRANSFORMER,
];

/// A plugin's schema.
struct Schema {
    name: &'static str,
    /// False: `consumer = typedefs.no_consumer`.
    on_consumers: bool,
    fields: Record,
    /// `entity_checks` and `custom_validator`: what is wrong with the fields together.
    rules: &'static [fn(&Value) -> Option<String>],
}

/// The fields of a `type = "record"`.
type Record = &'static [(&'static str, Kind)];

/// What a value must be.
enum Kind {
    Flag,
    /// Never empty (`len_min` is 1 unless a schema says otherwise), and what else must be true of it.
    Text(fn(&str) -> Result<(), &'static str>),
    OneOf(&'static [&'static str]),
    /// `type = "number"`: whole or not, and what must be true of it.
    Number(fn(f64) -> bool, &'static str),
    /// `type = "integer"`.
    Whole(RangeInclusive<i64>),
    /// `array` or `set`.
    List(&'static Kind),
    Record(Record),
    /// A mapping whose names are free: what the names must be, and the values.
    Map(fn(&str) -> Result<(), &'static str>, &'static Kind),
    /// Fields of something that is refused as a whole elsewhere.
    Unchecked,
}

/// `typedefs.timeout`, in milliseconds.
const TIMEOUT: Kind = Kind::Whole(0..=2_147_483_646);
const ANY_NUMBER: Kind = Kind::Number(|_| true, "");
const ANY_WHOLE: Kind = Kind::Whole(i64::MIN..=i64::MAX);
const TEXT: Kind = Kind::Text(|_| Ok(()));
const HEADER_NAME: Kind = Kind::Text(text::header_name);

/// Writes down what Kong would refuse in the plugin of this name. Of one that is not known here it says nothing.
pub(super) fn check(plugin: &Field<'_>, name: &str, on_consumer: bool, config: Option<&Field<'_>>) {
    let Some(schema) = SCHEMAS.iter().find(|schema| schema.name == name) else {
        // A list or text is wrong whoever the plugin is.
        config.map(Field::entries);
        return;
    };
    if on_consumer && !schema.on_consumers {
        plugin.wrong(format!("Kong attaches {name} to no consumer"));
    }
    if let Some(config) = config {
        walk::record(config, schema.fields);
    }
    let written = config.map_or_else(|| Value::Object(Map::new()), |field| field.node().json());
    if !written.is_object() {
        return;
    }
    for what in schema.rules.iter().filter_map(|rule| rule(&written)) {
        config.unwrap_or(plugin).wrong(what);
    }
}

/// Whether a field is there and not null.
fn is_set(config: &Value, name: &str) -> bool {
    config.get(name).is_some_and(|value| !value.is_null())
}

/// The first rule of `entity_checks` that most schemas have: one of these at least.
fn needs_one_of(config: &Value, names: &[&str]) -> Option<String> {
    let none = !names.iter().any(|name| is_set(config, name));
    none.then(|| format!("needs one of {}", names.join(", ")))
}
