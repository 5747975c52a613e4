//! `serving.knative.dev/v1` Service.

use super::container::{self, Container};
use super::environment::OF_KNATIVE;
use super::{probe, scale, template, traffic};
use crate::annotations::{Annotations, labels};
use crate::fields::{Field, Fields};
use crate::model::{ObjectName, ServicePlan, TrafficTarget};
use crate::names::{checked, is_label};
use crate::needs::{Owner, Reference};
use crate::object::Object;
use crate::yaml::Node;

/// Where queue-proxy and the autoscaler listen.
const RESERVED_PORTS: [u16; 6] = [8008, 8012, 8013, 8022, 9090, 9091];
const DEFAULT_PORT: u16 = 8080;
/// Limits and defaults of `config-defaults`.
const MAX_CONCURRENCY: i64 = 1000;
const MAX_TIMEOUT: i64 = 600;
const DEFAULT_TIMEOUT: u64 = 300;
/// Behind feature flags that are off by default, so a cluster refuses them.
const FLAGGED: [&str; 15] = [
    "affinity",
    "dnsConfig",
    "dnsPolicy",
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "nodeSelector",
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "shareProcessNamespace",
    "tolerations",
    "topologySpreadConstraints",
];

/// Reads a Service, and which ConfigMaps and Secrets it wants.
pub(crate) fn read(object: &mut Object<'_>) -> Option<(ServicePlan, Vec<Reference>)> {
    object.annotations.refuse(
        scale::DOMAIN,
        "must stand in spec.template.metadata.annotations",
    );
    let owner = Owner {
        title: object.title(),
        namespace: object.name.namespace.clone(),
    };
    let mut spec = object.fields.required("spec")?.fields()?;
    let traffic = spec
        .take("traffic")
        .and_then(|field| traffic::read(&field, &object.name.name));
    let written = spec.required("template")?;
    let mut template = written.fields()?;
    let metadata = template.fields("metadata");
    let pod = template.required("spec").and_then(|field| field.fields());
    let (own_name, mut annotations) = read_metadata(metadata, &object.name);
    let Some(pod) = pod else {
        annotations.ignore_rest();
        return None;
    };
    let revision = Revision {
        own_name,
        no_gc: template::no_gc(&mut annotations),
        template: written.node(),
        at: written.at().to_string(),
        traffic,
    };
    read_pod(pod, annotations, &owner, revision, &object.name)
}

/// What a Service says around its pod.
struct Revision<'a> {
    own_name: Option<String>,
    no_gc: bool,
    template: &'a Node,
    at: String,
    traffic: Option<Vec<TrafficTarget>>,
}

/// The revision's own name and the annotations of the template.
fn read_metadata<'a>(
    metadata: Option<Fields<'a>>,
    service: &ObjectName,
) -> (Option<String>, Annotations<'a>) {
    let Some(mut metadata) = metadata else {
        return (None, Annotations::read(None));
    };
    labels(metadata.take("labels"));
    let annotations = Annotations::read(metadata.take("annotations"));
    let own_name = metadata
        .take("name")
        .and_then(|field| own_name(&field, service));
    (own_name, annotations)
}

fn own_name(field: &Field<'_>, service: &ObjectName) -> Option<String> {
    let name = checked(field, is_label)?;
    let begins = format!("{}-", service.name);
    if !name.starts_with(&begins) {
        field.wrong(format!("a revision's name must begin with `{begins}`"));
    }
    Some(name.to_owned())
}

fn read_pod(
    mut pod: Fields<'_>,
    mut annotations: Annotations<'_>,
    owner: &Owner,
    revision: Revision<'_>,
    name: &ObjectName,
) -> Option<(ServicePlan, Vec<Reference>)> {
    pod.refuse(
        &FLAGGED,
        "is refused by Knative unless a feature flag is set",
    );
    if let Some(mount) = pod.take("automountServiceAccountToken")
        && mount.flag() == Some(true)
    {
        mount.wrong("Knative takes only false");
    }
    let container_concurrency = pod
        .number("containerConcurrency", 0..=MAX_CONCURRENCY)
        .unwrap_or(0);
    let timeout = pod
        .number("timeoutSeconds", 0..=MAX_TIMEOUT)
        .filter(|seconds| *seconds > 0);
    let timeout_seconds = timeout.unwrap_or(DEFAULT_TIMEOUT);
    let start: Option<u64> = pod.number("responseStartTimeoutSeconds", 0..=MAX_TIMEOUT);
    let idle = pod.number("idleTimeoutSeconds", 0..=MAX_TIMEOUT);
    let scale = scale::read(&mut annotations, container_concurrency);
    let mut fields = container::only(&mut pod)?;
    let container_port = fields
        .take("ports")
        .map_or(DEFAULT_PORT, |ports| port(&ports));
    let readiness = probe::read(fields.fields("readinessProbe"), container_port);
    let Container { plan, references } = container::read(&mut fields, owner, &OF_KNATIVE)?;
    let service = ServicePlan {
        object: name.clone(),
        named: revision.own_name.is_some(),
        revision: revision
            .own_name
            .unwrap_or_else(|| format!("{}-00001", name.name)),
        template_hash: template::hash(revision.template),
        no_gc: revision.no_gc,
        traffic: revision.traffic,
        container: plan,
        container_port,
        container_concurrency,
        timeout_seconds,
        response_start_timeout_seconds: response_start(start, timeout_seconds),
        idle_timeout_seconds: idle.filter(|seconds| *seconds > 0),
        scale,
        readiness,
        at: revision.at,
    };
    Some((service, references))
}

/// Knative writes its default into a revision when it is less than the whole; a longer one could never expire.
fn response_start(written: Option<u64>, whole: u64) -> Option<u64> {
    let start = written
        .filter(|seconds| *seconds > 0)
        .unwrap_or(DEFAULT_TIMEOUT);
    (start < whole).then_some(start)
}

/// One port over all; its name chooses the protocol.
fn port(field: &Field<'_>) -> u16 {
    let list = field.list();
    let [port] = list.as_slice() else {
        field.wrong(format!("must hold one port, not {}", list.len()));
        return DEFAULT_PORT;
    };
    let Some(mut fields) = port.fields() else {
        return DEFAULT_PORT;
    };
    if let Some(name) = fields.take("name")
        && !matches!(name.text(), None | Some("" | "http1"))
    {
        name.wrong("must be `http1` or absent; other protocols (`h2c`) are not supported here");
    }
    if let Some(protocol) = fields.take("protocol")
        && !matches!(protocol.text(), None | Some("TCP"))
    {
        protocol.wrong("must be TCP");
    }
    let Some(field) = fields.take("containerPort") else {
        return DEFAULT_PORT;
    };
    match field.number(0..=i64::from(u16::MAX)) {
        Some(port) if RESERVED_PORTS.contains(&port) => {
            field.wrong(format!("{port} is a port of Knative's own"));
            DEFAULT_PORT
        }
        None | Some(0) => DEFAULT_PORT,
        Some(port) => port,
    }
}
