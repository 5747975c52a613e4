//! Objects around those that run: Namespaces, ServiceAccounts, NetworkPolicies. On one machine there is nothing to make of them:
//! processes do not talk to Kubernetes, and there is no network between them. They are read all the same, because a cluster refuses
//! what is wrong in them.

mod network_policy;

use crate::eventing::EXCLUDE;
use crate::fields::Fields;
use crate::object::{Kind, Object};

/// Says what a cluster would refuse of it.
pub(crate) fn check(object: &mut Object<'_>) {
    match object.kind {
        Kind::Namespace => namespace(object),
        Kind::ServiceAccount => service_account(&mut object.fields),
        Kind::NetworkPolicy => network_policy::check(&mut object.fields),
        _ => (),
    }
    // Annotations here are for operators that one machine does not have.
    object.annotations.ignore_rest();
}

/// Only a label that reaches the objects inside would be missed.
fn namespace(object: &mut Object<'_>) {
    if object.labels.contains_key(EXCLUDE) {
        let what =
            format!("metadata.labels: `{EXCLUDE}` is supported on objects, not on a Namespace");
        object.fields.report().add(&object.at, what);
    }
    if let Some(mut spec) = object.fields.fields("spec") {
        spec.texts("finalizers");
    }
}

fn service_account(fields: &mut Fields<'_>) {
    fields.flag("automountServiceAccountToken");
    for list in ["imagePullSecrets", "secrets"] {
        for mut reference in fields.list(list).iter().filter_map(|field| field.fields()) {
            reference.required_text("name");
        }
    }
}
