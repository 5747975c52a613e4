//! A trace as the console shows it, and what must be true of each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::watched::text;

/// Clocks of processes on one machine are one clock, but a span's beginning is read before it is noted.
const TOLERANCE_US: i64 = 1_000;

/// A trace.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Its id.
    pub id: String,
    /// Its spans, by when they began.
    pub spans: Vec<Span>,
    /// The ids of spans whose parent is not here, as the console says.
    pub orphans: BTreeSet<String>,
}

/// A span.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its id.
    pub id: String,
    /// The id of the span in which it was begun.
    pub parent: Option<String>,
    /// Whose it is.
    pub service: String,
    /// What was done.
    pub name: String,
    /// `server`, `client`, `producer`, `consumer` or `internal`.
    pub kind: String,
    /// When it began, in microseconds since its trace did.
    pub start_us: i64,
    /// How long it took, in microseconds.
    pub duration_us: i64,
    /// Whether it failed.
    pub is_error: bool,
    /// What else is said of it.
    pub attributes: Value,
    /// The names of what happened in it.
    pub events: Vec<String>,
}

impl Trace {
    /// From what `GET /api/traces/{trace_id}` answers.
    #[must_use]
    pub fn read(answer: &Value) -> Self {
        let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
        Self {
            id: text(&answer["trace_id"]),
            spans: list("spans").iter().map(Span::read).collect(),
            orphans: list("orphans").iter().map(text).collect(),
        }
    }

    /// Whose spans there are.
    #[must_use]
    pub fn services(&self) -> BTreeSet<&str> {
        self.spans
            .iter()
            .map(|span| span.service.as_str())
            .collect()
    }

    /// The span that has no parent here.
    ///
    /// # Errors
    ///
    /// When it is not one.
    pub fn root(&self) -> Result<&Span, String> {
        let ids: BTreeSet<&str> = self.spans.iter().map(|span| span.id.as_str()).collect();
        let is_known = |id: &String| ids.contains(id.as_str());
        let roots = self
            .spans
            .iter()
            .filter(|span| !span.parent.as_ref().is_some_and(is_known));
        match roots.collect::<Vec<_>>()[..] {
            [root] => Ok(root),
            ref roots => Err(format!(
                "{} spans have no parent here: {:?}",
                roots.len(),
                roots.iter().map(ToString::to_string).collect::<Vec<_>>()
            )),
        }
    }

    /// The span in which another was begun.
    #[must_use]
    pub fn parent(&self, span: &Span) -> Option<&Span> {
        let id = span.parent.as_ref()?;
        self.spans.iter().find(|parent| parent.id == *id)
    }

    /// The spans of a service and kind.
    pub fn of<'a>(
        &'a self,
        service: &'a str,
        kind: &'a str,
    ) -> impl Iterator<Item = &'a Span> + 'a {
        self.spans
            .iter()
            .filter(move |span| span.service == service && span.kind == kind)
    }

    /// The span of that service, kind and name.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn find(&self, service: &str, kind: &str, name: &str) -> Result<&Span, String> {
        let is_it =
            |span: &&Span| (span.service == service) && (span.kind == kind) && (span.name == name);
        let found = self.spans.iter().find(is_it);
        found.ok_or_else(|| format!("no {kind} span `{name}` of {service}"))
    }

    /// What is wrong with its shape: a gap, an orphan, a span under one that cannot have begun it, or one that began before it.
    ///
    /// # Errors
    ///
    /// All that is wrong.
    pub fn check_shape(&self) -> Result<(), String> {
        let root = self.root()?;
        let mut wrong = Vec::new();
        let ids: BTreeSet<&str> = self.spans.iter().map(|span| span.id.as_str()).collect();
        if ids.len() != self.spans.len() {
            wrong.push("a span is there twice".to_owned());
        }
        for span in self.spans.iter().filter(|span| span.id != root.id) {
            let Some(parent) = self.parent(span) else {
                wrong.push(format!("{span} is an orphan"));
                continue;
            };
            if !may_begin(parent, span) {
                wrong.push(format!("{span} is under {parent}"));
            }
            if span.start_us + TOLERANCE_US < parent.start_us {
                let early = parent.start_us - span.start_us;
                wrong.push(format!("{span} began {early} us before {parent}"));
            }
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(wrong.join("; ")),
        }
    }
}

/// Whether a span of this kind may be begun in the other.
fn may_begin(parent: &Span, span: &Span) -> bool {
    let is_same = parent.service == span.service;
    let works = |kind: &str| ["server", "consumer", "internal"].contains(&kind);
    match (span.service.as_str(), span.kind.as_str()) {
        // The broker hands on what it has taken.
        ("broker", "consumer") => parent.kind == "producer",
        ("broker", "producer") => is_same && parent.kind == "consumer",
        ("activator", _) => {
            parent.service == "gateway" || ["client", "producer"].contains(&parent.kind.as_str())
        }
        // A request comes from the gateway or from a neighbour, an event from the broker.
        (_, "server") => parent.service == "gateway" || parent.kind == "client",
        (_, "consumer") => parent.service == "broker" && parent.kind == "producer",
        // What is sent was committed before.
        (_, "producer") => is_same && (works(&parent.kind) || parent.kind == "client"),
        (_, "client" | "internal") => is_same && (works(&parent.kind) || parent.kind == "producer"),
        _ => false,
    }
}

impl Span {
    fn read(span: &Value) -> Self {
        let number = |name: &str| span[name].as_i64().unwrap_or_default();
        let events = span["events"].as_array().into_iter().flatten();
        Self {
            id: text(&span["id"]),
            parent: span["parent"].as_str().map(str::to_owned),
            service: text(&span["service"]),
            name: text(&span["name"]),
            kind: text(&span["kind"]),
            start_us: number("start_us"),
            duration_us: number("duration_us"),
            is_error: span["error"].as_bool().unwrap_or_default(),
            attributes: span["attributes"].clone(),
            events: events.map(|event| text(&event["name"])).collect(),
        }
    }

    /// An attribute as text, whatever it is.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        match &self.attributes[name] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// Whether an attribute has this value.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.attribute(name).as_deref() == Some(value)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            service,
            kind,
            name,
            ..
        } = self;
        write!(f, "[{service} {kind} `{name}`]")
    }
}

/// As an indented tree, for failures.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: BTreeSet<&str> = self.spans.iter().map(|span| span.id.as_str()).collect();
        let mut children: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
        for span in &self.spans {
            let parent = span.parent.as_deref().filter(|id| known.contains(id));
            children
                .entry(parent.unwrap_or_default())
                .or_default()
                .push(span);
        }
        writeln!(f, "trace {}", self.id)?;
        write_below(f, &children, "", 1)
    }
}

fn write_below(
    f: &mut fmt::Formatter<'_>,
    children: &BTreeMap<&str, Vec<&Span>>,
    parent: &str,
    depth: usize,
) -> fmt::Result {
    for span in children.get(parent).into_iter().flatten() {
        let (start, took) = (span.start_us, span.duration_us);
        let orphan = match (&span.parent, depth) {
            (Some(parent), 1) => format!(" parent {parent}"),
            _ => String::new(),
        };
        writeln!(
            f,
            "{:depth$}{span} {start}+{took} us{orphan}",
            "",
            depth = depth * 2
        )?;
        write_below(f, children, &span.id, depth + 1)?;
    }
    Ok(())
}
