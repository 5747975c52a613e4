//! JSON inside the text of a statement, so that several statements can travel together.

use serde::Serialize;

/// A value as a literal that nothing in it can end: a dollar sign in JSON can only be inside a string, where `\u0024`
/// says the same, so that the closing `$json$` cannot occur.
pub(crate) fn json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(format!(
        "$json${}$json$",
        serde_json::to_string(value)?.replace('$', r"\u0024")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_can_end_the_literal() {
        let literal = json(&["'; drop table outbox; $json$ --"]).unwrap();
        let inside = literal
            .strip_prefix("$json$")
            .unwrap()
            .strip_suffix("$json$")
            .unwrap();
        assert!(!inside.contains('$'));
        assert_eq!(
            serde_json::from_str::<Vec<String>>(inside).unwrap(),
            ["'; drop table outbox; $json$ --"]
        );
    }
}
