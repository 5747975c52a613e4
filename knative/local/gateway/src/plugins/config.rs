//! Reads a plugin's configuration: unknown fields are refused by name, `null` stands for the default as in Kong.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The configuration as the plugin's own struct.
pub(crate) fn parse<T: DeserializeOwned>(config: &Value) -> Result<T, String> {
    let config = match config {
        Value::Null => Value::Object(serde_json::Map::new()),
        other => without_nulls(other.clone()),
    };
    serde_path_to_error::deserialize(config).map_err(|error| {
        match error.path().to_string().as_str() {
            "." => format!("config: {}", error.inner()),
            path => format!("config.{path}: {}", error.inner()),
        }
    })
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, field)| !field.is_null())
                .map(|(name, field)| (name, without_nulls(field)))
                .collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Config {
        #[serde(default)]
        names: Vec<String>,
    }

    #[test]
    fn nulls_are_defaults_and_unknown_fields_are_named() {
        let empty = Config { names: vec![] };
        assert_eq!(parse::<Config>(&Value::Null), Ok(empty));
        assert_eq!(
            parse::<Config>(&json!({"names": null})).unwrap().names,
            Vec::<String>::new()
        );
        let error = parse::<Config>(&json!({"nmaes": []})).unwrap_err();
        assert!(error.contains("unknown field `nmaes`"), "{error}");
        let error = parse::<Config>(&json!({"names": [1]})).unwrap_err();
        assert!(error.starts_with("config.names[0]: "), "{error}");
    }
}
