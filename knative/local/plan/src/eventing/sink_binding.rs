//! `sources.knative.dev/v1` SinkBinding: tells containers where the broker is.

use std::collections::BTreeMap;

use super::{destination, overrides};
use crate::fields::Fields;
use crate::known::Known;
use crate::mistake::{At, Report};
use crate::model::{ContainerPlan, EnvValue, EnvVar, ObjectName, SinkUrl};
use crate::object::{Kind, Object};

/// The variables that a binding sets, after all others.
pub(crate) const BOUND: [&str; 2] = ["K_SINK", "K_CE_OVERRIDES"];
/// Opts an object out, as Knative's default selection mode `exclusion` has it.
pub(crate) const EXCLUDE: &str = "bindings.knative.dev/exclude";

/// A binding with its sink resolved.
pub(crate) struct SinkBinding {
    name: ObjectName,
    at: At,
    kind: Kind,
    subject: Subject,
    sink: SinkUrl,
    overrides: String,
}

/// Whom it binds, in its own namespace.
enum Subject {
    Name(String),
    Labels(BTreeMap<String, String>),
}

impl SinkBinding {
    pub(crate) fn read(object: &mut Object<'_>, known: &Known) -> Option<Self> {
        let namespace = &object.name.namespace;
        let mut spec = object.fields.required("spec")?.fields()?;
        let subject = spec.required("subject").and_then(|field| field.fields());
        let extensions = overrides::read(&mut spec);
        let sink = spec.required("sink");
        let sink = sink.and_then(|field| destination::read(&field, namespace, known));
        let (kind, subject) = read_subject(subject?, namespace, known)?;
        Some(Self {
            name: object.name.clone(),
            at: object.at.clone(),
            kind,
            subject,
            sink: sink?,
            overrides: match extensions.is_empty() {
                true => String::new(),
                false => serde_json::json!({ "extensions": extensions }).to_string(),
            },
        })
    }

    fn binds(&self, kind: Kind, name: &ObjectName, labels: &BTreeMap<String, String>) -> bool {
        let is_excluded = labels.get(EXCLUDE).is_some_and(|value| value == "true");
        let is_meant = match &self.subject {
            Subject::Name(subject) => *subject == name.name,
            Subject::Labels(wanted) => wanted
                .iter()
                .all(|(label, value)| labels.get(label) == Some(value)),
        };
        self.kind == kind && self.name.namespace == name.namespace && is_meant && !is_excluded
    }

    /// Replaces what the manifest itself says of these variables, and comes after the others.
    fn bind(&self, container: &mut ContainerPlan) {
        container
            .env
            .retain(|variable| !BOUND.contains(&variable.name.as_str()));
        let values = [&self.sink, &self.overrides];
        container
            .env
            .extend(BOUND.iter().zip(values).map(|(name, value)| EnvVar {
                name: (*name).to_owned(),
                value: EnvValue::Literal(value.clone()),
            }));
    }
}

/// Gives a container the variables of the binding that is meant for it.
pub(crate) fn bind(
    bindings: &[SinkBinding],
    (kind, name, labels): (Kind, &ObjectName, &BTreeMap<String, String>),
    container: &mut ContainerPlan,
    report: &Report,
) {
    let mut meant = bindings
        .iter()
        .filter(|binding| binding.binds(kind, name, labels));
    let Some(first) = meant.next() else { return };
    first.bind(container);
    for other in meant {
        let title = format!("{} {}/{}", kind.title(), name.namespace, name.name);
        report.add(
            &other.at,
            format!(
                "{title} is bound already by SinkBinding {} ({})",
                first.name.name, first.at
            ),
        );
    }
}

fn read_subject(
    mut subject: Fields<'_>,
    namespace: &str,
    known: &Known,
) -> Option<(Kind, Subject)> {
    let api_version = subject.required_text("apiVersion");
    let kind = subject.required("kind");
    if let Some(written) = subject.take("namespace")
        && written.text().is_some_and(|text| text != namespace)
    {
        written.wrong(format!("must be the binding's own, {namespace}"));
    }
    let name = subject.take("name");
    let selector = subject.fields("selector");
    let field = kind?;
    let (api_version, written) = (api_version?, field.text()?);
    let kind = match Kind::find(api_version, written) {
        Some(kind @ (Kind::Service | Kind::Job)) => kind,
        _ => {
            let supported = "serving.knative.dev/v1 Service and batch/v1 Job are";
            field.wrong(format!(
                "{api_version} {written} is not supported here; {supported}"
            ));
            return None;
        }
    };
    match (name, selector) {
        (Some(name), None) => {
            let object = ObjectName {
                namespace: namespace.to_owned(),
                name: name.text()?.to_owned(),
            };
            if let Some(missing) = known.missing(kind, &object) {
                name.wrong(missing);
            }
            Some((kind, Subject::Name(object.name)))
        }
        (None, Some(mut selector)) => {
            selector.refuse(
                &["matchExpressions"],
                "is not supported here; matchLabels is",
            );
            Some((kind, Subject::Labels(selector.text_map("matchLabels"))))
        }
        _ => {
            subject.wrong("must have one of name and selector");
            None
        }
    }
}
