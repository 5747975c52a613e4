//! `ceOverrides`: extensions that are set on each event.

use std::collections::BTreeMap;

use crate::fields::Fields;

/// Attributes of the event itself. Knative would take such an override, and then send nothing, ever.
const ATTRIBUTES: [&str; 9] = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "data",
];

/// Reads `ceOverrides.extensions`.
pub(super) fn read(spec: &mut Fields<'_>) -> BTreeMap<String, String> {
    let mut extensions = BTreeMap::new();
    let Some(mut overrides) = spec.fields("ceOverrides") else {
        return extensions;
    };
    let written = overrides
        .take("extensions")
        .map(|field| field.entries())
        .unwrap_or_default();
    for (name, field) in written {
        if ATTRIBUTES.contains(&name) {
            field.wrong(format!(
                "`{name}` is an attribute and cannot be overridden; only extensions can"
            ));
        } else if name.is_empty()
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        {
            field.wrong(format!(
                "`{name}` is not an extension's name: small letters and digits"
            ));
        } else if let Some(value) = field.text() {
            extensions.insert(name.to_owned(), value.to_owned());
        }
    }
    extensions
}
