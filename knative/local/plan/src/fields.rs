//! Mappings whose fields are taken one by one. What nobody took is refused when the mapping is dropped, so that no reader
//! can ignore a field by forgetting it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::mistake::{At, Report};
use crate::spelling::closest;
use crate::yaml::{Entry, Node, Value};

/// A mapping that is being read.
pub(crate) struct Fields<'a> {
    at: At,
    path: String,
    entries: Vec<&'a Entry>,
    /// All names that were asked for: what is known here.
    known: Vec<&'static str>,
    report: &'a Report,
}

/// One value with its path, such as `spec.template.spec.timeoutSeconds`.
#[derive(Clone)]
pub(crate) struct Field<'a> {
    node: &'a Node,
    at: At,
    path: String,
    report: &'a Report,
}

impl<'a> Fields<'a> {
    /// A document's own fields.
    pub(crate) fn of_document(node: &'a Node, report: &'a Report) -> Option<Self> {
        let field = Field {
            node,
            at: node.at.clone(),
            path: String::new(),
            report,
        };
        field.fields()
    }

    pub(crate) fn at(&self) -> &At {
        &self.at
    }

    pub(crate) fn report(&self) -> &'a Report {
        self.report
    }

    /// Writes down that something is wrong with the mapping as a whole.
    pub(crate) fn wrong(&self, what: impl Display) {
        self.report.add(&self.at, on(&self.path, what));
    }

    /// The field, unless it is absent or null.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<Field<'a>> {
        self.known.push(name);
        let index = self.entries.iter().position(|entry| entry.name == name)?;
        let entry = self.entries.remove(index);
        let field = Field {
            node: &entry.node,
            at: entry.at.clone(),
            path: below(&self.path, name),
            report: self.report,
        };
        (!matches!(entry.node.value, Value::Null)).then_some(field)
    }

    /// As `take`; that it is missing is a mistake.
    pub(crate) fn required(&mut self, name: &'static str) -> Option<Field<'a>> {
        let found = self.take(name);
        if found.is_none() {
            self.report
                .add(&self.at, format!("{}: is missing", below(&self.path, name)));
        }
        found
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Option<&'a str> {
        self.take(name)?.text()
    }

    pub(crate) fn required_text(&mut self, name: &'static str) -> Option<&'a str> {
        self.required(name)?.text()
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.take(name)?.flag()
    }

    pub(crate) fn number<T: TryFrom<i64>>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        self.take(name)?.number(range)
    }

    pub(crate) fn fields(&mut self, name: &'static str) -> Option<Fields<'a>> {
        self.take(name)?.fields()
    }

    pub(crate) fn list(&mut self, name: &'static str) -> Vec<Field<'a>> {
        self.take(name)
            .map(|field| field.list())
            .unwrap_or_default()
    }

    pub(crate) fn texts(&mut self, name: &'static str) -> Vec<String> {
        self.take(name)
            .map(|field| field.texts())
            .unwrap_or_default()
    }

    pub(crate) fn text_map(&mut self, name: &'static str) -> BTreeMap<String, String> {
        self.take(name)
            .map(|field| field.text_map())
            .unwrap_or_default()
    }

    /// Fields that may be there and need not be looked at. The caller says why.
    pub(crate) fn ignore(&mut self, names: &[&'static str]) {
        self.known.extend(names);
        self.entries
            .retain(|entry| !names.contains(&entry.name.as_str()));
    }

    /// Fields that are refused with a better reason than that nobody knows them.
    pub(crate) fn refuse(&mut self, names: &[&'static str], why: &str) {
        for name in names {
            if let Some(field) = self.take(name) {
                field.wrong(why);
            }
        }
    }

    /// The mapping was refused as a whole: no word about its fields.
    pub(crate) fn ignore_rest(&mut self) {
        self.entries.clear();
    }
}

impl Drop for Fields<'_> {
    fn drop(&mut self) {
        for entry in &self.entries {
            let path = below(&self.path, &entry.name);
            let what = match closest(&entry.name, &self.known) {
                Some(name) => format!("{path}: there is no such field; did you mean `{name}`?"),
                None => format!("{path}: this field is not supported"),
            };
            self.report.add(&entry.at, what);
        }
    }
}

impl<'a> Field<'a> {
    pub(crate) fn at(&self) -> &At {
        &self.at
    }

    pub(crate) fn node(&self) -> &'a Node {
        self.node
    }

    /// Writes down that something is wrong with the value.
    pub(crate) fn wrong(&self, what: impl Display) {
        self.report.add(&self.at, on(&self.path, what));
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) => return Some(text),
            Value::Flag(_) | Value::Whole(_) | Value::Decimal(_) => {
                self.wrong("must be text: put it in quotes")
            }
            _ => self.wrong("must be text"),
        }
        None
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        match self.node.value {
            Value::Flag(flag) => return Some(flag),
            _ => self.wrong("must be true or false"),
        }
        None
    }

    pub(crate) fn number<T: TryFrom<i64>>(&self, range: RangeInclusive<i64>) -> Option<T> {
        let Value::Whole(number) = self.node.value else {
            self.wrong("must be a whole number, without quotes");
            return None;
        };
        let fits = range.contains(&number).then_some(number);
        let number = fits.and_then(|number| T::try_from(number).ok());
        if number.is_none() {
            self.wrong(outside(&range));
        }
        number
    }

    pub(crate) fn fields(&self) -> Option<Fields<'a>> {
        let Value::Map(entries) = &self.node.value else {
            self.wrong("must be a mapping with fields");
            return None;
        };
        Some(Fields {
            at: self.at.clone(),
            path: self.path.clone(),
            entries: entries.iter().collect(),
            known: Vec::new(),
            report: self.report,
        })
    }

    /// The items, each with its own line and index.
    pub(crate) fn list(&self) -> Vec<Field<'a>> {
        let Value::List(items) = &self.node.value else {
            self.wrong("must be a list");
            return Vec::new();
        };
        let item = |(index, node): (usize, &'a Node)| Field {
            node,
            at: node.at.clone(),
            path: format!("{}[{index}]", self.path),
            report: self.report,
        };
        items.iter().enumerate().map(item).collect()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        let texts = self.list().into_iter().filter_map(|item| item.text());
        texts.map(str::to_owned).collect()
    }

    /// The fields of a mapping whose names are free.
    pub(crate) fn entries(&self) -> Vec<(&'a str, Field<'a>)> {
        let Value::Map(entries) = &self.node.value else {
            self.wrong("must be a mapping");
            return Vec::new();
        };
        let entry = |entry: &'a Entry| {
            let field = Field {
                node: &entry.node,
                at: entry.at.clone(),
                path: format!("{}[{}]", self.path, entry.name),
                report: self.report,
            };
            (entry.name.as_str(), field)
        };
        entries.iter().map(entry).collect()
    }

    pub(crate) fn text_map(&self) -> BTreeMap<String, String> {
        let texts = self
            .entries()
            .into_iter()
            .filter_map(|(name, field)| Some((name, field.text()?)));
        texts
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect()
    }
}

fn below(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

fn on(path: &str, what: impl Display) -> String {
    match path {
        "" => what.to_string(),
        path => format!("{path}: {what}"),
    }
}

/// What to say of a number that does not fit.
pub(crate) fn outside(range: &RangeInclusive<i64>) -> String {
    if *range.end() >= i64::from(i32::MAX) {
        format!("must be {} or more", range.start())
    } else {
        format!("must be from {} to {}", range.start(), range.end())
    }
}
