//! The attributes that CloudEvents does not name itself.

use std::collections::BTreeMap;

use cloudevents::event::ExtensionValue;
use serde_json::Value;

use super::{
    candidate::Mistake,
    text::{complaint, is_name},
};

/// What every event has or may have. All others are extensions.
const CORE: [&str; 8] = [
    "specversion",
    "id",
    "source",
    "type",
    "datacontenttype",
    "dataschema",
    "subject",
    "time",
];
const EXTENSIONS_MAX: usize = 16;
/// What the broker sets when it delivers; an event that brought it along would be taken for a dead letter.
const BROKERS_OWN: &str = "knative";
/// Set here, by the contract: two publishers that disagreed on it would tear related events apart.
const PARTITION_KEY: &str = "partitionkey";

/// The extensions that travel on, or what is wrong with them. `key` is the partition key, if the data was good enough for one.
pub(super) fn extensions(
    attributes: &BTreeMap<String, Value>,
    key: Option<&str>,
) -> Result<Vec<(String, ExtensionValue)>, Vec<Mistake>> {
    let extensions = || {
        let own = |name: &str| !CORE.contains(&name) && name != PARTITION_KEY;
        attributes.iter().filter(move |(name, _)| own(name))
    };
    let (mut travelling, mut mistakes) = (Vec::new(), Vec::new());
    for (name, value) in extensions() {
        match extension(name, value) {
            Ok(value) => travelling.push((name.clone(), value)),
            Err(why) => mistakes.push(Mistake::wrong(name, why)),
        }
    }
    if extensions().count() > EXTENSIONS_MAX {
        let detail = format!("are more than {EXTENSIONS_MAX}");
        mistakes.push(Mistake::wrong("extensions", detail));
    }
    if let Some(key) = key {
        mistakes.extend(other_key(attributes, key));
        travelling.push((PARTITION_KEY.to_owned(), key.into()));
    }
    if mistakes.is_empty() {
        Ok(travelling)
    } else {
        Err(mistakes)
    }
}

fn extension(name: &str, value: &Value) -> Result<ExtensionValue, String> {
    if !is_name(name) {
        return Err("is no name of an attribute: 1 to 20 of a-z and 0-9".to_owned());
    }
    if name.starts_with(BROKERS_OWN) {
        return Err("is set by the broker and by nobody else".to_owned());
    }
    let integer = |number: &serde_json::Number| i32::try_from(number.as_i64()?).ok();
    match value {
        Value::String(text) => complaint(text).map_or_else(|| Ok(text.as_str().into()), Err),
        Value::Bool(truth) => Ok((*truth).into()),
        Value::Number(number) => integer(number)
            .map(|number| i64::from(number).into())
            .ok_or_else(|| "is no whole number of 32 bits".to_owned()),
        _ => Err("is neither text, nor true or false, nor a whole number".to_owned()),
    }
}

/// Publishers that know the contract may say the key as well, if it is the same.
fn other_key(attributes: &BTreeMap<String, Value>, key: &str) -> Option<Mistake> {
    let own = attributes.get(PARTITION_KEY)?;
    let detail = format!("follows from the data and is `{key}`; leave it out");
    (own != key).then(|| Mistake::wrong(PARTITION_KEY, detail))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(attributes: Value) -> Result<Vec<(String, ExtensionValue)>, Vec<Mistake>> {
        let attributes = serde_json::from_value(attributes).unwrap();
        extensions(&attributes, Some("DN-1"))
    }

    #[test]
    fn extensions_travel_with_the_key_that_the_contract_gives() {
        let travelling = of(json!({ "id": "1", "urgent": true, "attempt": 2, "region": "eu" }));
        let expected = [
            ("attempt", 2.into()),
            ("region", "eu".into()),
            ("urgent", true.into()),
            ("partitionkey", "DN-1".into()),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(travelling.unwrap(), expected);
    }

    #[test]
    fn what_only_brokers_may_set_and_what_would_not_travel_is_named() {
        for (name, value) in [
            ("knativeerrordest", json!("x")),
            ("order_id", json!("x")),
            ("region", json!("the moon")),
            ("region", json!({})),
            ("attempt", json!(1.5)),
            ("attempt", json!(3_000_000_000_u32)),
        ] {
            let mistakes = of(json!({ name: value })).unwrap_err();
            assert_eq!(mistakes[0].field, name, "{value}");
        }
        let crowd: BTreeMap<_, _> = (0..17).map(|n| (format!("x{n}"), json!(n))).collect();
        assert_eq!(of(json!(crowd)).unwrap_err()[0].field, "extensions");
    }

    #[test]
    fn another_partition_key_than_the_contracts_is_refused() {
        assert!(of(json!({ "partitionkey": "DN-1" })).is_ok());
        assert_eq!(
            of(json!({ "partitionkey": "DN-2" })).unwrap_err()[0].field,
            "partitionkey"
        );
    }
}
