//! Annotations and labels. Those of Knative change what happens, so each must be known; all others are for people and tools.

use std::collections::BTreeMap;

use crate::eventing::EXCLUDE;
use crate::fields::Field;

/// Written by Knative's own webhooks and clients, or about things that one machine does not have: the resources of the
/// queue-proxy container.
const WITHOUT_EFFECT: [&str; 8] = [
    "serving.knative.dev/creator",
    "serving.knative.dev/lastModifier",
    "eventing.knative.dev/creator",
    "eventing.knative.dev/lastModifier",
    "sources.knative.dev/creator",
    "sources.knative.dev/lastModifier",
    "client.knative.dev/user-image",
    "client.knative.dev/updateTimestamp",
];
const QUEUE_PROXY: &str = "queue.sidecar.serving.knative.dev/";

/// Annotations that are being read. Knative's that nobody took are refused when it is dropped.
pub(crate) struct Annotations<'a> {
    entries: Vec<(&'a str, Field<'a>)>,
}

impl<'a> Annotations<'a> {
    pub(crate) fn read(field: Option<Field<'a>>) -> Self {
        let entries = field.map(|field| field.entries()).unwrap_or_default();
        let mut kept = Vec::new();
        for (name, field) in entries {
            let is_text = field.text().is_some();
            if is_text && is_knative(name) && !is_without_effect(name) {
                kept.push((name, field));
            }
        }
        Self { entries: kept }
    }

    /// The annotation of this name.
    pub(crate) fn take(&mut self, name: &str) -> Option<(&'a str, Field<'a>)> {
        let index = self
            .entries
            .iter()
            .position(|(written, _)| *written == name)?;
        let (_, field) = self.entries.remove(index);
        Some((field.text()?, field))
    }

    /// Refuses those of a domain, such as `autoscaling.knative.dev`, because they belong elsewhere.
    pub(crate) fn refuse(&mut self, domain: &str, why: &str) {
        for (name, field) in self
            .entries
            .extract_if(.., |(name, _)| domain_of(name) == domain)
        {
            field.wrong(format!("`{name}` {why}"));
        }
    }

    /// The object was refused as a whole: no word about its annotations.
    pub(crate) fn ignore_rest(&mut self) {
        self.entries.clear();
    }
}

impl Drop for Annotations<'_> {
    fn drop(&mut self) {
        for (_, field) in &self.entries {
            field.wrong("this annotation of Knative is not supported");
        }
    }
}

/// The labels. Of Knative's only those are taken whose meaning is kept here.
pub(crate) fn labels(field: Option<Field<'_>>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for (name, field) in field.map(|field| field.entries()).unwrap_or_default() {
        let Some(value) = field.text() else { continue };
        if is_knative(name) && !is_known_label(name, value) {
            field.wrong("this label of Knative is not supported");
        }
        labels.insert(name.to_owned(), value.to_owned());
    }
    labels
}

fn is_known_label(name: &str, value: &str) -> bool {
    match name {
        // Nothing on one machine is reached from outside but through the gateway.
        "networking.knative.dev/visibility" => value == "cluster-local",
        // Read by SinkBindings.
        EXCLUDE => matches!(value, "true" | "false"),
        // Set by Knative itself on each Trigger.
        "eventing.knative.dev/broker" => true,
        _ => false,
    }
}

fn is_without_effect(name: &str) -> bool {
    WITHOUT_EFFECT.contains(&name) || name.starts_with(QUEUE_PROXY)
}

fn is_knative(name: &str) -> bool {
    let domain = domain_of(name);
    domain == "knative.dev" || domain.ends_with(".knative.dev")
}

fn domain_of(name: &str) -> &str {
    name.split_once('/').map_or("", |(domain, _)| domain)
}
