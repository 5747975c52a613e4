//! What became of each object, in kubectl's words. Pure.

use souk_plan::model::{ConfigKind, ObjectName, Plan};
use souk_serving::Change;

/// One line: `trigger.eventing.knative.dev/orders-on-stock-reserved configured`.
fn line(kind: &str, name: &str, what: &str) -> String {
    format!("{kind}/{name} {what}")
}

/// A Service's line, with the revision that its new template made.
pub(super) fn of_service(object: &ObjectName, change: &Change) -> String {
    let what = match change {
        Change::Created => "created".to_owned(),
        Change::Configured {
            revision: Some(revision),
        } => format!("configured (revision {revision})"),
        Change::Configured { revision: None } => "configured".to_owned(),
        Change::Unchanged => "unchanged".to_owned(),
        Change::Deleted => "deleted".to_owned(),
    };
    line("service.serving.knative.dev", &object.name, &what)
}

/// The lines of all other objects.
pub(super) fn of(before: &Plan, now: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    let all = |plan: &Plan, kind| {
        let of_kind = plan.config.iter().filter(move |one| one.kind == kind);
        of_kind.cloned().collect::<Vec<_>>()
    };
    for (name, kind) in [
        ("configmap", ConfigKind::ConfigMap),
        ("secret", ConfigKind::Secret),
    ] {
        let (before, now) = (all(before, kind), all(now, kind));
        lines.extend(differences(name, &before, &now, |one| &one.object));
    }
    lines.extend(differences(
        "trigger.eventing.knative.dev",
        &before.triggers,
        &now.triggers,
        |one| &one.object,
    ));
    lines.extend(differences(
        "pingsource.sources.knative.dev",
        &before.ping_sources,
        &now.ping_sources,
        |one| &one.object,
    ));
    lines.extend(differences("job.batch", &before.jobs, &now.jobs, |one| {
        &one.object
    }));
    if !now.gateway.file.as_os_str().is_empty() {
        let file = now.gateway.file.file_name().unwrap_or_default();
        let what = changed(before.gateway != now.gateway);
        lines.push(format!("{} {what}", file.display()));
    }
    lines
}

fn differences<T: PartialEq>(
    kind: &str,
    before: &[T],
    now: &[T],
    name: impl Fn(&T) -> &ObjectName,
) -> Vec<String> {
    let find = |all: &[T], wanted: &ObjectName| all.iter().position(|one| name(one) == wanted);
    let there = now.iter().map(|one| {
        let what = match find(before, name(one)) {
            None => "created",
            Some(index) => changed(before[index] != *one),
        };
        line(kind, &name(one).name, what)
    });
    let gone = before
        .iter()
        .filter(|one| find(now, name(one)).is_none())
        .map(|one| line(kind, &name(one).name, "deleted"));
    there.chain(gone).collect()
}

fn changed(is_changed: bool) -> &'static str {
    if is_changed {
        "configured"
    } else {
        "unchanged"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str) -> ObjectName {
        ObjectName {
            namespace: "souk".to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn each_object_is_told_as_kubectl_tells_it() {
        let before = [(object("a"), 1), (object("b"), 1), (object("c"), 1)];
        let now = [(object("a"), 1), (object("b"), 2), (object("d"), 1)];
        assert_eq!(
            differences("job.batch", &before, &now, |one| &one.0),
            [
                "job.batch/a unchanged",
                "job.batch/b configured",
                "job.batch/d created",
                "job.batch/c deleted"
            ]
        );
    }

    #[test]
    fn a_new_revision_is_named() {
        let revision = Some("orders-00002".to_owned());
        let said = of_service(&object("orders"), &Change::Configured { revision });
        assert_eq!(
            said,
            "service.serving.knative.dev/orders configured (revision orders-00002)"
        );
    }
}
