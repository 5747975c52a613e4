//! `filter` and `filters` of a Trigger, as the Kafka broker understands them.

use std::collections::BTreeMap;

use crate::fields::{Field, Fields};
use crate::model::Filter;

/// Reads both; all must match. None at all: every event.
pub(super) fn read(spec: &mut Fields<'_>) -> Vec<Filter> {
    let attributes = spec.take("filter").and_then(|field| {
        let attributes = field.fields()?.take("attributes")?;
        Some((field, attributes))
    });
    let filters: Vec<Filter> = spec.list("filters").iter().map(one).collect();
    match attributes {
        Some((filter, _)) if !filters.is_empty() => {
            filter.wrong("is ignored by Knative beside filters; leave one of them away");
            filters
        }
        Some((_, attributes)) => vec![Filter::Exact(values(&attributes))],
        None => filters,
    }
}

/// One element, which speaks one dialect.
fn one(field: &Field<'_>) -> Filter {
    let every = Filter::All(Vec::new());
    let Some(mut fields) = field.fields() else {
        return every;
    };
    fields.refuse(
        &["cesql"],
        "is not supported here; exact, prefix, suffix, all, any and not are",
    );
    let list = |field: &Field<'_>| field.list().iter().map(one).collect::<Vec<_>>();
    let dialects = [
        fields
            .take("exact")
            .map(|field| Filter::Exact(values(&field))),
        fields
            .take("prefix")
            .map(|field| Filter::Prefix(values(&field))),
        fields
            .take("suffix")
            .map(|field| Filter::Suffix(values(&field))),
        fields.take("all").map(|field| Filter::All(list(&field))),
        fields.take("any").map(|field| match list(&field) {
            // An empty list does not restrict; "one of none" would.
            none if none.is_empty() => Filter::All(none),
            some => Filter::Any(some),
        }),
        fields
            .take("not")
            .map(|field| Filter::Not(Box::new(one(&field)))),
    ];
    let mut written: Vec<Filter> = dialects.into_iter().flatten().collect();
    if written.len() > 1 {
        field.wrong("must have one dialect; write several elements when all must match");
    }
    written.pop().unwrap_or(every)
}

/// Attributes and values. The broker leaves empty values out.
fn values(field: &Field<'_>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (name, field) in field.entries() {
        if !is_attribute(name) {
            field.wrong(format!(
                "`{name}` is not an attribute's name: small letters and digits, a letter first"
            ));
        }
        match field.text() {
            None | Some("") => (),
            Some(value) => drop(values.insert(name.to_owned(), value.to_owned())),
        }
    }
    values
}

fn is_attribute(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mistake::Report;
    use crate::yaml::Source;

    fn read_text(text: &str) -> (Vec<Filter>, Vec<String>) {
        let report = Report::default();
        let documents = Source::new("t.yaml", text).documents(&report);
        let filters = read(&mut Fields::of_document(&documents[0], &report).unwrap());
        (
            filters,
            report
                .into_mistakes()
                .iter()
                .map(ToString::to_string)
                .collect(),
        )
    }

    fn map(name: &str, value: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn what_is_empty_matches_as_in_the_cluster() {
        let every = || Filter::All(Vec::new());
        for (text, expected) in [
            ("filters: []", vec![]),
            ("filter: {}", vec![]),
            (
                "filter: {attributes: {type: a, x: ''}}",
                vec![Filter::Exact(map("type", "a"))],
            ),
            ("filters: [{}]", vec![every()]),
            ("filters: [{any: []}]", vec![every()]),
            (
                "filters: [{exact: {}}]",
                vec![Filter::Exact(BTreeMap::new())],
            ),
            ("filters: [{not: {}}]", vec![Filter::Not(Box::new(every()))]),
            (
                "filters: [{any: [{prefix: {type: a}}, {not: {suffix: {type: b}}}]}]",
                vec![Filter::Any(vec![
                    Filter::Prefix(map("type", "a")),
                    Filter::Not(Box::new(Filter::Suffix(map("type", "b")))),
                ])],
            ),
        ] {
            let (filters, mistakes) = read_text(text);
            assert_eq!(filters, expected, "{text}");
            assert!(mistakes.is_empty(), "{text}: {mistakes:?}");
        }
    }

    #[test]
    fn what_the_cluster_or_this_runtime_refuses_is_told() {
        for (text, expected) in [
            (
                "filters: [{cesql: \"type = 'a'\"}]",
                "t.yaml:1: filters[0].cesql: is not supported",
            ),
            (
                "filters:\n- exact: {a: b}\n  prefix: {a: b}",
                "t.yaml:2: filters[0]: must have one dialect",
            ),
            (
                "filters: [{exact: {Type: a}}]",
                "`Type` is not an attribute's name",
            ),
            (
                "filters: [{exact: {type: 1}}]",
                "filters[0].exact[type]: must be text: put it in quotes",
            ),
            (
                "filter: {attributes: {type: a}}\nfilters: [{exact: {type: a}}]",
                "t.yaml:1: filter: is ignored",
            ),
            ("filters: [{exakt: {type: a}}]", "did you mean `exact`"),
        ] {
            let (_, mistakes) = read_text(text);
            assert!(
                mistakes.len() == 1 && mistakes[0].contains(expected),
                "{text}: {mistakes:?}"
            );
        }
    }
}
