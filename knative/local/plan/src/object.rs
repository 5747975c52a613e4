//! What all objects have in common: kind and metadata.

use std::collections::BTreeMap;

use crate::annotations::{Annotations, labels};
use crate::fields::Fields;
use crate::mistake::{At, Report};
use crate::model::ObjectName;
use crate::names::{checked, is_label, is_service, is_subdomain};
use crate::yaml::Node;

/// Where kubectl puts an object that names no namespace.
const DEFAULT_NAMESPACE: &str = "default";

/// The kinds of objects that are supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Service,
    Broker,
    Trigger,
    PingSource,
    SinkBinding,
    Job,
    ConfigMap,
    Secret,
    Namespace,
    ServiceAccount,
    NetworkPolicy,
}

const KINDS: [(&str, &str, Kind); 11] = [
    ("serving.knative.dev/v1", "Service", Kind::Service),
    ("eventing.knative.dev/v1", "Broker", Kind::Broker),
    ("eventing.knative.dev/v1", "Trigger", Kind::Trigger),
    ("sources.knative.dev/v1", "PingSource", Kind::PingSource),
    ("sources.knative.dev/v1", "SinkBinding", Kind::SinkBinding),
    ("batch/v1", "Job", Kind::Job),
    ("v1", "ConfigMap", Kind::ConfigMap),
    ("v1", "Secret", Kind::Secret),
    ("v1", "Namespace", Kind::Namespace),
    ("v1", "ServiceAccount", Kind::ServiceAccount),
    ("networking.k8s.io/v1", "NetworkPolicy", Kind::NetworkPolicy),
];

impl Kind {
    /// The kind of this API version and name.
    pub(crate) fn find(api_version: &str, kind: &str) -> Option<Self> {
        let found = KINDS
            .iter()
            .find(|(api, name, _)| *api == api_version && *name == kind);
        found.map(|(.., kind)| *kind)
    }

    pub(crate) fn title(self) -> &'static str {
        let found = KINDS.iter().find(|(.., kind)| *kind == self);
        found.map_or("", |(_, name, _)| name)
    }
}

/// An object whose own part (`spec`, `data`) is still to be read.
pub(crate) struct Object<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: ObjectName,
    pub(crate) at: At,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: Annotations<'a>,
    pub(crate) fields: Fields<'a>,
}

impl<'a> Object<'a> {
    pub(crate) fn read(document: &'a Node, report: &'a Report) -> Option<Self> {
        let mut fields = Fields::of_document(document, report)?;
        let kind = read_kind(&mut fields);
        let metadata = fields.required("metadata").and_then(|field| field.fields());
        let (kind, mut metadata) = match (kind, metadata) {
            (Some(kind), Some(metadata)) => (kind, metadata),
            (_, metadata) => {
                fields.ignore_rest();
                metadata
                    .into_iter()
                    .for_each(|mut metadata| metadata.ignore_rest());
                return None;
            }
        };
        let named = metadata.required("name");
        let at = named
            .as_ref()
            .map_or_else(|| metadata.at().clone(), |named| named.at().clone());
        let namespace = metadata.take("namespace");
        let namespace =
            namespace.map_or(Some(DEFAULT_NAMESPACE), |field| checked(&field, is_label));
        let name = named.and_then(|field| checked(&field, rule(kind)));
        let mut annotations = Annotations::read(metadata.take("annotations"));
        let labels = labels(metadata.take("labels"));
        let (Some(name), Some(namespace)) = (name, namespace) else {
            annotations.ignore_rest();
            fields.ignore_rest();
            return None;
        };
        Some(Self {
            kind,
            name: ObjectName {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            },
            at,
            labels,
            annotations,
            fields,
        })
    }

    /// Nothing of it is read: no word about what it holds.
    pub(crate) fn ignore_rest(&mut self) {
        self.annotations.ignore_rest();
        self.fields.ignore_rest();
    }

    /// For messages: `Service souk/orders`.
    pub(crate) fn title(&self) -> String {
        format!(
            "{} {}/{}",
            self.kind.title(),
            self.name.namespace,
            self.name.name
        )
    }
}

fn rule(kind: Kind) -> fn(&str) -> bool {
    match kind {
        Kind::Service => is_service,
        _ => is_subdomain,
    }
}

fn read_kind(fields: &mut Fields<'_>) -> Option<Kind> {
    let api_version = fields.required_text("apiVersion");
    let kind = fields.required("kind");
    let (api_version, kind) = (api_version?, kind?);
    let name = kind.text()?;
    let found = Kind::find(api_version, name);
    if found.is_none() {
        fields
            .report()
            .add(kind.at(), unsupported(api_version, name));
    }
    found
}

fn unsupported(api_version: &str, name: &str) -> String {
    if name == "Kustomization" {
        return "this is a kustomization, not an object: give its folder".to_owned();
    }
    let versions: Vec<&str> = KINDS
        .iter()
        .filter(|(_, kind, _)| *kind == name)
        .map(|(api, ..)| *api)
        .collect();
    if versions.is_empty() {
        format!("kind `{name}` of {api_version} is not supported here")
    } else {
        format!(
            "kind `{name}` of {api_version} is not supported here; {} is",
            versions.join(" or ")
        )
    }
}
