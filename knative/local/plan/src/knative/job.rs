//! `batch/v1` Job.

use sha2::{Digest as _, Sha256};

use super::container::{self, Container};
use crate::annotations::{Annotations, labels};
use crate::fields::{Field, Fields};
use crate::model::JobPlan;
use crate::needs::{Owner, Reference};
use crate::object::Object;
use crate::yaml::Node;

const DEFAULT_BACKOFF_LIMIT: u32 = 6;
/// On which machine a pod runs, and what that machine owes it; here there is one.
const WHERE: [&str; 9] = [
    "affinity",
    "nodeSelector",
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
    // Users and file systems of a container.
    "securityContext",
    // A Job is stopped as everything else here is, in the runtime's own time.
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
];

/// Reads a Job, and which ConfigMaps and Secrets it wants.
pub(crate) fn read(object: &mut Object<'_>) -> Option<(JobPlan, Vec<Reference>)> {
    let owner = Owner {
        title: object.title(),
        namespace: object.name.namespace.clone(),
    };
    let mut spec = object.fields.required("spec")?.fields()?;
    // A finished Job leaves only its log here.
    spec.ignore(&["ttlSecondsAfterFinished"]);
    only(&mut spec);
    let any = || 0..=i64::from(i32::MAX);
    let backoff_limit = spec
        .number("backoffLimit", any())
        .unwrap_or(DEFAULT_BACKOFF_LIMIT);
    let active_deadline_seconds = spec.number("activeDeadlineSeconds", 1..=*any().end());
    let suspend = spec.flag("suspend").unwrap_or(false);
    let template = spec.required("template")?;
    let Container { plan, references } = pod(&template, &owner)?;
    let job = JobPlan {
        object: object.name.clone(),
        container: plan,
        backoff_limit,
        active_deadline_seconds,
        suspend,
        template_hash: hash(template.node()),
    };
    Some((job, references))
}

/// One pod, once.
fn only(spec: &mut Fields<'_>) {
    for name in ["completions", "parallelism"] {
        if let Some(field) = spec.take(name)
            && field
                .number(0..=i64::from(i32::MAX))
                .is_some_and(|number: u32| number != 1)
        {
            field.wrong("only 1 is supported here");
        }
    }
    if let Some(mode) = spec.take("completionMode")
        && mode.text().is_some_and(|text| text != "NonIndexed")
    {
        mode.wrong("only NonIndexed is supported here");
    }
}

fn pod(template: &Field<'_>, owner: &Owner) -> Option<Container> {
    let mut template = template.fields()?;
    if let Some(mut metadata) = template.fields("metadata") {
        labels(metadata.take("labels"));
        Annotations::read(metadata.take("annotations"));
    }
    let mut pod = template.required("spec")?.fields()?;
    pod.ignore(&WHERE);
    // Both mean the same here: the process is started again.
    if let Some(policy) = pod.required("restartPolicy")
        && !matches!(policy.text(), None | Some("Never" | "OnFailure"))
    {
        policy.wrong("must be Never or OnFailure");
    }
    let mut fields = container::only(&mut pod)?;
    fields.refuse(&["readinessProbe"], "has no meaning for a Job");
    container::read(&mut fields, owner, &[])
}

/// The same for the same template, however it is written.
fn hash(template: &Node) -> String {
    let digest = Sha256::digest(template.json().to_string());
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
