//! YAML as a tree in which every node knows its line.

use std::borrow::Cow;
use std::rc::Rc;

use saphyr::{MarkedYaml, Scalar, ScalarStyle, ScanError, Tag, YamlData, YamlLoader};
use saphyr_parser::Parser;

use crate::mistake::{At, Report};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) at: At,
    pub(crate) value: Value,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Flag(bool),
    Whole(i64),
    Decimal(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One field of a mapping.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) at: At,
    pub(crate) node: Node,
}

impl Node {
    /// A field of a mapping.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let Value::Map(entries) = &self.value else {
            return None;
        };
        let found = entries.iter().find(|entry| entry.name == name);
        found.map(|entry| &entry.node)
    }

    /// A field of a mapping, to be changed.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        let Value::Map(entries) = &mut self.value else {
            return None;
        };
        let found = entries.iter_mut().find(|entry| entry.name == name);
        found.map(|entry| &mut entry.node)
    }

    /// Its text, when it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The same as JSON. Fields come in alphabetical order.
    pub(crate) fn json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Flag(flag) => (*flag).into(),
            Value::Whole(number) => (*number).into(),
            Value::Decimal(number) => (*number).into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::json).collect(),
            Value::Map(entries) => {
                let fields = entries
                    .iter()
                    .map(|entry| (entry.name.clone(), entry.node.json()));
                serde_json::Value::Object(fields.collect())
            }
        }
    }
}

/// A text and the file that it came from.
pub(crate) struct Source<'a> {
    file: Rc<str>,
    text: &'a str,
    /// For a rendered text: the file's line for each of its lines.
    lines: Option<&'a [usize]>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(file: &str, text: &'a str) -> Self {
        Self {
            file: file.into(),
            text,
            lines: None,
        }
    }

    /// A text that was made from a file's: `lines` gives the file's line for each line of the text.
    pub(crate) fn rendered(file: &str, text: &'a str, lines: &'a [usize]) -> Self {
        Self {
            lines: Some(lines),
            ..Self::new(file, text)
        }
    }

    /// All documents that are not empty.
    pub(crate) fn documents(&self, report: &Report) -> Vec<Node> {
        match parse(self.text) {
            Ok(documents) => documents
                .iter()
                .filter(|document| !matches!(document.data, YamlData::BadValue))
                .filter_map(|document| self.node(document, report))
                .filter(|document| !matches!(document.value, Value::Null))
                .collect(),
            Err(error) => {
                // What is missing at the end is missed on the line after the last.
                let last = self.text.lines().count();
                report.add(&self.at(error.marker().line().min(last)), broken(&error));
                Vec::new()
            }
        }
    }

    fn at(&self, line: usize) -> At {
        let last = self.lines.and_then(|lines| lines.last());
        let written = self
            .lines
            .and_then(|lines| lines.get(line.saturating_sub(1)).or(last));
        At::line(&self.file, written.copied().unwrap_or(line))
    }

    fn node(&self, marked: &MarkedYaml<'_>, report: &Report) -> Option<Node> {
        let at = self.at(marked.span.start.line());
        let value = match &marked.data {
            YamlData::Representation(text, style, tag) => scalar(text, *style, tag.as_deref()),
            YamlData::Sequence(items) => {
                let items = items.iter().filter_map(|item| self.node(item, report));
                Some(Value::List(items.collect()))
            }
            YamlData::Mapping(entries) => {
                let entries = entries
                    .iter()
                    .filter_map(|(key, node)| self.entry(key, node, report));
                Some(Value::Map(entries.collect()))
            }
            YamlData::Value(_) | YamlData::Tagged(..) | YamlData::Alias(_) | YamlData::BadValue => {
                None
            }
        };
        let Some(value) = value else {
            report.add(
                &at,
                "YAML tags and aliases without an anchor are not supported",
            );
            return None;
        };
        Some(Node { at, value })
    }

    fn entry(&self, key: &MarkedYaml<'_>, node: &MarkedYaml<'_>, report: &Report) -> Option<Entry> {
        let at = self.at(key.span.start.line());
        let Some(Value::Text(name)) = self.node(key, report).map(|key| key.value) else {
            report.add(&at, "a field's name must be text: put it in quotes");
            return None;
        };
        Some(Entry {
            name,
            at,
            node: self.node(node, report)?,
        })
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

/// None: its tag is not of YAML itself, or does not fit it.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<Value> {
    if tag.is_some_and(|tag| !tag.is_yaml_core_schema()) {
        return None;
    }
    let tag = tag.cloned().map(Cow::Owned);
    let scalar = Scalar::parse_from_cow_and_metadata(text.into(), style, tag.as_ref())?;
    Some(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(flag) => Value::Flag(flag),
        Scalar::Integer(number) => Value::Whole(number),
        Scalar::FloatingPoint(number) => Value::Decimal(number.into_inner()),
        Scalar::String(text) => match flag_of_yaml_1_1(&text) {
            Some(flag) if style == ScalarStyle::Plain && tag.is_none() => Value::Flag(flag),
            _ => Value::Text(text.into_owned()),
        },
    })
}

/// kubectl and decK still read YAML 1.1, where these words are no text.
fn flag_of_yaml_1_1(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// Never quotes the file: it may hold a secret.
fn broken(error: &ScanError) -> String {
    format!("this is not YAML: {}", error.info())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Node>, Vec<String>) {
        let report = Report::default();
        let documents = Source::new("a.yaml", text).documents(&report);
        let mistakes = report
            .into_mistakes()
            .iter()
            .map(ToString::to_string)
            .collect();
        (documents, mistakes)
    }

    #[test]
    fn every_node_knows_its_line() {
        let (documents, mistakes) =
            read("---\n# only a comment\n---\na:\n  b: x\n---\nc:\n  - 1\n  - {d: 2}\n");
        assert!(mistakes.is_empty(), "{mistakes:?}");
        assert_eq!(documents.len(), 2);
        let b = documents[0].get("a").and_then(|a| a.get("b")).unwrap();
        assert_eq!(b.at.to_string(), "a.yaml:5");
        let Value::List(items) = &documents[1].get("c").unwrap().value else {
            panic!("no list");
        };
        assert_eq!(items[1].get("d").unwrap().at.to_string(), "a.yaml:9");
    }

    #[test]
    fn words_that_other_readers_take_for_flags_are_flags() {
        let (documents, _) =
            read("plain: yes\nquoted: \"yes\"\nsingle: 'off'\nblock: |-\n  no\nlist: [on, once]\n");
        let json = documents[0].json();
        assert_eq!(
            json,
            serde_json::json!({"plain": true, "quoted": "yes", "single": "off", "block": "no", "list": [true, "once"]})
        );
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_line() {
        for (text, at) in [
            ("a: 1\nb: [1\nc: 2\n", "a.yaml:"),
            ("a: 1\na: 2\n", "a.yaml:2: "),
            ("a: 1\nb: !secret x\n", "a.yaml:2: "),
            ("1: a\n", "a.yaml:1: "),
        ] {
            let (_, mistakes) = read(text);
            assert!(
                mistakes.len() == 1 && mistakes[0].starts_with(at),
                "{text:?}: {mistakes:?}"
            );
        }
    }

    #[test]
    fn a_rendered_text_keeps_the_lines_of_its_file() {
        let report = Report::default();
        let lines = [1, 2, 2, 2, 3];
        let documents =
            Source::rendered("k.yaml", "a: |\n  1\n  2\n  3\nb: 4\n", &lines).documents(&report);
        assert_eq!(documents[0].get("b").unwrap().at.to_string(), "k.yaml:3");
    }
}
