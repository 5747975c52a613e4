//! YAML as Kong reads it, into JSON. Kong's reader knows YAML 1.1, where `yes` and `off` without quotes are no text.

use saphyr::{MarkedYaml, Scalar, ScalarStyle, ScanError, YamlData, YamlLoader};
use saphyr_parser::Parser;
use serde_json::{Map, Value};

use crate::merge::MergeError;

/// Reads the one document of a text.
pub(crate) fn read(text: &str) -> Result<Value, MergeError> {
    let documents = parse(text).map_err(|error| {
        // Never quotes the text: it may hold a secret.
        MergeError::NotYaml(format!("line {}: {}", error.marker().line(), error.info()))
    })?;
    match documents.as_slice() {
        [document] => value(document),
        all => Err(MergeError::Shape(format!(
            "it has {} documents, not one",
            all.len()
        ))),
    }
}

/// Scalars are left as they are written, so that `yes` and `"yes"` can be told apart.
fn parse(text: &str) -> Result<Vec<MarkedYaml<'_>>, ScanError> {
    let mut loader = YamlLoader::default();
    loader.early_parse(false);
    Parser::new_from_str(text).load(&mut loader, true)?;
    match loader.error() {
        Some(error) => Err(error.clone()),
        None => Ok(loader.into_documents()),
    }
}

fn value(node: &MarkedYaml<'_>) -> Result<Value, MergeError> {
    let line = node.span.start.line();
    match &node.data {
        YamlData::Representation(text, style, None) => {
            scalar(text, *style).ok_or_else(|| unsupported(line))
        }
        YamlData::Sequence(items) => items.iter().map(value).collect(),
        YamlData::Mapping(entries) => {
            let mut fields = Map::new();
            for (key, node) in entries {
                let Value::String(name) = value(key)? else {
                    return Err(MergeError::Shape(format!(
                        "line {line}: a field's name is no text"
                    )));
                };
                fields.insert(name, value(node)?);
            }
            Ok(Value::Object(fields))
        }
        _ => Err(unsupported(line)),
    }
}

fn unsupported(line: usize) -> MergeError {
    MergeError::Shape(format!(
        "line {line}: tags and unknown aliases are not supported"
    ))
}

fn scalar(text: &str, style: ScalarStyle) -> Option<Value> {
    if style == ScalarStyle::Plain
        && let Some(flag) = flag_of_yaml_1_1(text)
    {
        return Some(Value::Bool(flag));
    }
    Some(
        match Scalar::parse_from_cow_and_metadata(text.into(), style, None)? {
            Scalar::Null => Value::Null,
            Scalar::Boolean(flag) => flag.into(),
            Scalar::Integer(number) => number.into(),
            Scalar::FloatingPoint(number) => number.into_inner().into(),
            Scalar::String(text) => Value::String(text.into_owned()),
        },
    )
}

fn flag_of_yaml_1_1(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_keep_their_types() {
        let text = "a: 1\nb: 0.05\nc: 'yes'\nd: off\ne: |\n  x\n  y\nf: [\"*\"]\ng: \"3.0\"\nh: ~\ni: &x {k: v}\nj: *x\n";
        let expected = json!({
            "a": 1, "b": 0.05, "c": "yes", "d": false, "e": "x\ny\n", "f": ["*"], "g": "3.0", "h": null,
            "i": { "k": "v" }, "j": { "k": "v" },
        });
        assert_eq!(read(text), Ok(expected));
    }

    #[test]
    fn a_second_document_a_tag_and_a_number_as_a_name_are_refused() {
        for text in ["a: 1\n---\nb: 2\n", "a: !secret b\n", "1: a\n"] {
            assert!(matches!(read(text), Err(MergeError::Shape(_))), "{text}");
        }
    }
}
