//! From files to a plan.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use crate::config::Configs;
use crate::eventing::{self, SinkBinding};
use crate::known::Known;
use crate::mistake::{Mistake, Report};
use crate::model::{ConfigNeed, ContainerPlan, GatewayPlan, ObjectName, Plan};
use crate::needs::{self, Reference};
use crate::object::{Kind, Object};
use crate::yaml::Node;
use crate::{knative, kong, kustomize, surroundings};

/// Reads the folders, in order, and Kong's file, and resolves everything.
///
/// `variable` gives the value of each `${{ env "DECK_X" }}` in Kong's file, by the name `DECK_X`. It gets what the
/// manifests need as well, which is where such values come from. None: unset.
///
/// # Errors
/// Everything that is wrong, at once, in the order of files and lines.
pub fn load(
    folders: &[PathBuf],
    gateway_config: Option<&Path>,
    variable: &mut dyn FnMut(&[ConfigNeed], &str) -> Option<String>,
) -> Result<Plan, Vec<Mistake>> {
    let report = Report::default();
    let documents = kustomize::read(folders, &report);
    let mut plan = resolve(&documents, &report);
    if let Some(file) = gateway_config {
        plan.gateway = kong::read(file, &mut |name| variable(&plan.needs, name), &report);
    }
    let mistakes = report.into_mistakes();
    if mistakes.is_empty() {
        Ok(plan)
    } else {
        Err(mistakes)
    }
}

/// Kong's declarative configuration from a text without variables: what `gate-keys` makes of a file, or what is posted to
/// the admin API. `file` is how mistakes name it.
///
/// # Errors
/// Everything that is wrong, at once, in the order of lines.
pub fn load_gateway(file: &Path, text: &str) -> Result<GatewayPlan, Vec<Mistake>> {
    let report = Report::default();
    let gateway = kong::read_declared(file, text, &report);
    let mistakes = report.into_mistakes();
    if mistakes.is_empty() {
        Ok(gateway)
    } else {
        Err(mistakes)
    }
}

/// Everything but the gateway.
fn resolve(documents: &[Node], report: &Report) -> Plan {
    let objects: Vec<Object<'_>> = documents
        .iter()
        .filter_map(|document| Object::read(document, report))
        .collect();
    let known = Known::new(&objects, report);
    let mut objects = Objects::sort(objects);
    let configs = objects.configs();
    objects.check_surroundings();
    let brokers = objects.read(Kind::Broker, |object| {
        eventing::read_broker(object, &configs, &known)
    });
    let bindings = objects.read(Kind::SinkBinding, |object| {
        SinkBinding::read(object, &known)
    });
    let triggers = objects.read(Kind::Trigger, |object| {
        eventing::read_trigger(object, &brokers, &known)
    });
    let ping_sources = objects.read(Kind::PingSource, |object| {
        eventing::read_ping_source(object, &known)
    });
    let mut binder = Binder {
        bindings: &bindings,
        references: Vec::new(),
        report,
    };
    let services = objects.read(Kind::Service, |object| {
        let (mut plan, references) = knative::read_service(object)?;
        binder.take(object, &mut plan.container, references);
        plan.template_hash = knative::hash_with(&plan.template_hash, &plan.container.env);
        Some(plan)
    });
    let jobs = objects.read(Kind::Job, |object| {
        let (mut plan, references) = knative::read_job(object)?;
        binder.take(object, &mut plan.container, references);
        Some(plan)
    });
    let needs = needs::open(binder.references, &configs, report);
    Plan {
        services,
        brokers: brokers.into_iter().map(|broker| broker.plan).collect(),
        triggers,
        ping_sources,
        jobs,
        config: configs.into_objects(),
        needs,
        gateway: kong::empty(PathBuf::new()),
    }
}

/// Objects by kind and name.
struct Objects<'a>(BTreeMap<(Kind, ObjectName), Object<'a>>);

impl<'a> Objects<'a> {
    /// Of two of the same name, which is a mistake, the first is kept.
    fn sort(objects: Vec<Object<'a>>) -> Self {
        let mut sorted = BTreeMap::new();
        for mut object in objects {
            match sorted.entry((object.kind, object.name.clone())) {
                Entry::Vacant(place) => drop(place.insert(object)),
                Entry::Occupied(_) => object.ignore_rest(),
            }
        }
        Self(sorted)
    }

    /// Takes all objects of a kind, in the order of their names.
    fn take(&mut self, kind: Kind) -> impl Iterator<Item = Object<'a>> {
        self.0
            .extract_if(.., move |(other, _), _| *other == kind)
            .map(|(_, object)| object)
    }

    fn read<T>(
        &mut self,
        kind: Kind,
        mut read: impl FnMut(&mut Object<'a>) -> Option<T>,
    ) -> Vec<T> {
        self.take(kind)
            .filter_map(|mut object| read(&mut object))
            .collect()
    }

    fn configs(&mut self) -> Configs {
        let mut configs = Configs::default();
        for object in self.take(Kind::ConfigMap) {
            configs.add_config_map(object);
        }
        for object in self.take(Kind::Secret) {
            configs.add_secret(object);
        }
        configs
    }

    /// What has no meaning here, and is looked at all the same.
    fn check_surroundings(&mut self) {
        for kind in [Kind::ServiceAccount, Kind::Namespace, Kind::NetworkPolicy] {
            for mut object in self.take(kind) {
                surroundings::check(&mut object);
            }
        }
    }
}

/// Gives each container what SinkBindings hold for it, and collects what it refers to.
struct Binder<'b> {
    bindings: &'b [SinkBinding],
    references: Vec<Reference>,
    report: &'b Report,
}

impl Binder<'_> {
    fn take(
        &mut self,
        object: &Object<'_>,
        container: &mut ContainerPlan,
        references: Vec<Reference>,
    ) {
        let who = (object.kind, &object.name, &object.labels);
        eventing::bind(self.bindings, who, container, self.report);
        self.references.extend(references);
    }
}
