//! What a Knative Service's container and a Job's have in common.

use super::environment::Environment;
use super::expand::Variables;
use super::{resources, security};
use crate::eventing::BOUND;
use crate::fields::{Field, Fields};
use crate::image::ImageName;
use crate::model::ContainerPlan;
use crate::names::{checked, is_label, is_subdomain};
use crate::needs::{Owner, Reference};

/// Fields of a container that say nothing on one machine, where a container is a process of the user who typed `souk up`.
/// `resources` and `securityContext` say little either, and are looked at by `resources` and `security`.
const WITHOUT_EFFECT: [&str; 1] = [
    // Where kubelet looks for a last word; logs are kept whole here.
    "terminationMessagePath",
];
const NO_FILES: &str =
    "is not supported here: files from ConfigMaps, Secrets and disks; env and envFrom are";
const NO_SUPERVISION: &str = "is not supported here; readinessProbe is";

/// A container's plan, and which ConfigMaps and Secrets it wants.
pub(super) struct Container {
    pub(super) plan: ContainerPlan,
    pub(super) references: Vec<Reference>,
}

/// The one container of a pod.
pub(super) fn only<'a>(pod: &mut Fields<'a>) -> Option<Fields<'a>> {
    without_effect(pod);
    pod.refuse(&["volumes"], NO_FILES);
    pod.refuse(&["initContainers"], "is not supported here");
    let containers = pod.required("containers")?;
    match containers.list().as_slice() {
        [one] => one.fields(),
        list => {
            containers.wrong(format!("must hold one container here, not {}", list.len()));
            None
        }
    }
}

/// Fields of a pod that say nothing on one machine; a cluster refuses what is wrong in them.
fn without_effect(pod: &mut Fields<'_>) {
    // Processes here do not talk to Kubernetes.
    if let Some(name) = pod.take("serviceAccountName") {
        checked(&name, is_subdomain);
    }
    pod.flag("automountServiceAccountToken");
    // There is no registry.
    for mut secret in pod
        .list("imagePullSecrets")
        .iter()
        .filter_map(|field| field.fields())
    {
        secret.required_text("name");
    }
    // Variables that Docker links used to set; off in Knative by default.
    pod.flag("enableServiceLinks");
}

/// Fields of a container that say nothing on one machine and have one of a few values.
fn choices(fields: &mut Fields<'_>) {
    for (name, choices) in [
        // There is no registry: executables are built here.
        ("imagePullPolicy", &["Always", "IfNotPresent", "Never"][..]),
        (
            "terminationMessagePolicy",
            &["File", "FallbackToLogsOnError"],
        ),
    ] {
        if let Some(field) = fields.take(name)
            && field.text().is_some_and(|text| !choices.contains(&text))
        {
            field.wrong(format!("must be {}", choices.join(" or ")));
        }
    }
    // Only tells containers of one pod apart; there is one.
    if let Some(name) = fields.take("name")
        && checked(&name, is_label) == Some("queue-proxy")
    {
        name.wrong("`queue-proxy` is a container of Knative's own");
    }
}

/// Reads the fields that are alike. `reserved` are the names of variables that may not be set.
pub(super) fn read(
    fields: &mut Fields<'_>,
    owner: &Owner,
    reserved: &'static [&'static str],
) -> Option<Container> {
    fields.ignore(&WITHOUT_EFFECT);
    choices(fields);
    let memory_limit_bytes = resources::read(fields.fields("resources"));
    security::check(fields.fields("securityContext"), !reserved.is_empty());
    fields.refuse(&["volumeMounts", "volumeDevices"], NO_FILES);
    fields.refuse(&["livenessProbe", "startupProbe"], NO_SUPERVISION);
    fields.refuse(
        &["lifecycle", "stdin", "stdinOnce", "tty"],
        "is refused by Knative",
    );
    let image = fields
        .required("image")
        .and_then(|field| checked_image(&field));
    let mut environment = Environment::new(owner, reserved);
    let env_from = environment.env_from(fields);
    let env = environment.env(fields);
    // These are known to kubelet, and here only when the process starts.
    for name in reserved.iter().chain(&BOUND) {
        environment.variables.set(name, None);
    }
    let command = expanded(fields.take("command"), &environment.variables);
    let args = expanded(fields.take("args"), &environment.variables);
    let image = image?;
    Some(Container {
        plan: ContainerPlan {
            image: image.to_owned(),
            executable: ImageName::parse(image).executable().to_owned(),
            digest: None,
            command,
            args,
            env,
            env_from,
            memory_limit_bytes,
        },
        references: environment.references,
    })
}

fn checked_image<'a>(field: &Field<'a>) -> Option<&'a str> {
    let image = field.text()?;
    if ImageName::parse(image).names_an_executable() {
        return Some(image);
    }
    field.wrong(format!(
        "`{image}` is not an image's name, such as `registry.example.com/souk/orders`"
    ));
    None
}

fn expanded(field: Option<Field<'_>>, variables: &Variables) -> Vec<String> {
    let items = field.map(|field| field.list()).unwrap_or_default();
    let mut words = Vec::new();
    for item in items {
        match item.text().map(|text| variables.expand(text)) {
            Some(Ok(word)) => words.push(word),
            Some(Err(what)) => item.wrong(what),
            None => (),
        }
    }
    words
}
