//! JSON inside the text of a statement, so that several statements can travel together.

use serde::Serialize;

/// A value as a dollar-quoted literal. Within one, PostgreSQL looks for nothing but the closing tag, and the tag is one
/// that the value does not contain. (Nor can the two together: no JSON ends with a dollar sign and a letter.)
pub(crate) fn json(value: &impl Serialize) -> Result<String, sqlx::Error> {
    let text = serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let mut tag = "$json$".to_owned();
    while text.contains(&tag) {
        tag.insert(tag.len() - 1, '_');
    }
    Ok(format!("{tag}{text}{tag}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside<'a>(literal: &'a str, tag: &str) -> &'a str {
        literal
            .strip_prefix(tag)
            .unwrap()
            .strip_suffix(tag)
            .unwrap()
    }

    #[test]
    fn no_value_can_end_the_literal() {
        let hostile = ["'; drop table outbox; $json$ $json_$ --"];
        let literal = json(&hostile).unwrap();
        let inside = inside(&literal, "$json__$");
        assert!(!inside.contains("$json__$"));
        assert_eq!(
            serde_json::from_str::<Vec<String>>(inside).unwrap(),
            hostile
        );
    }

    #[test]
    fn a_harmless_value_is_written_as_it_is() {
        assert_eq!(json(&["it's $5"]).unwrap(), r#"$json$["it's $5"]$json$"#);
    }
}
