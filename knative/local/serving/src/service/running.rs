//! A Service whose revisions run.

use std::collections::BTreeMap;
use std::sync::Arc;

use souk_plan::model::{ObjectName, ServicePlan};

use super::directory::Directory;
use super::split::Split;
use super::{Readiness, RevisionRecord, ServiceRecord};
use crate::port::Ports;
use crate::revision::{Reach, Revision};
use crate::status::{FunctionStatus, RevisionStatus};
use crate::{InstanceStatus, Launcher};

/// What starting a revision takes.
pub(crate) struct Starter {
    pub(crate) launcher: Arc<dyn Launcher>,
    pub(crate) ports: Ports,
}

impl Starter {
    fn start(&self, plan: ServicePlan, reach: Reach) -> Arc<Revision> {
        Revision::start(plan, Arc::clone(&self.launcher), self.ports.clone(), reach)
    }
}

/// A Service and the revisions that it has tasks for.
pub(super) struct Service {
    pub(super) record: ServiceRecord,
    revisions: BTreeMap<String, Arc<Revision>>,
}

impl Service {
    pub(super) fn new(record: ServiceRecord) -> Self {
        Self {
            record,
            revisions: BTreeMap::new(),
        }
    }

    /// Brings the tasks in line with the record. Gives those that were started.
    pub(super) fn reconcile(&mut self, starter: &Starter) -> Vec<Arc<Revision>> {
        let mut started = Vec::new();
        for revision in &self.record.revisions {
            let reach = reach(&self.record, revision);
            let name = &revision.plan.revision;
            match self.revisions.get(name) {
                Some(running) => running.set_reach(reach),
                None => {
                    let running = starter.start(revision.plan.clone(), reach);
                    self.revisions.insert(name.clone(), Arc::clone(&running));
                    started.push(running);
                }
            }
        }
        started
    }

    /// Forgets old revisions, whose last requests go on. Gives them.
    pub(super) fn collect(&mut self) -> Vec<Arc<Revision>> {
        let gone = self.record.collect();
        let gone = gone.iter().filter_map(|name| self.revisions.remove(name));
        gone.inspect(|revision| revision.retire()).collect()
    }

    /// Writes down where its requests go.
    pub(super) fn enter(&self, directory: &mut Directory) {
        let find = |name: &str| self.revisions.get(name).map(Arc::clone);
        let object = &self.record.object;
        directory.add(object.clone(), Split::new(&self.record.assigned, find));
        for one in &self.record.assigned {
            if let (Some(tag), Some(revision)) = (&one.tag, find(&one.revision)) {
                directory.add_tag(object, tag, revision);
            }
        }
        let tried = |one: &&RevisionRecord| one.readiness == Readiness::Tried;
        directory.tried += self.record.revisions.iter().filter(tried).count();
    }

    /// All its revisions, as long as the value lives.
    pub(super) fn revisions(&self) -> impl Iterator<Item = &Arc<Revision>> {
        self.revisions.values()
    }

    pub(super) fn status(&self) -> FunctionStatus {
        let record = &self.record;
        let of = |revision: &RevisionRecord| self.revision_status(revision);
        let revisions: Vec<RevisionStatus> = record.revisions.iter().map(of).collect();
        let ObjectName { namespace, name } = record.object.clone();
        FunctionStatus {
            namespace,
            revision: record.latest_ready.clone(),
            instances: instances(&revisions),
            desired: revisions.iter().map(|one| one.desired).sum(),
            cold_starts: revisions.iter().map(|one| one.cold_starts).sum(),
            waiting: revisions.iter().map(|one| one.waiting).sum(),
            last_request_at: revisions.iter().filter_map(|one| one.last_request_at).max(),
            failing: revisions.iter().find_map(|one| one.failing.clone()),
            pending: pending(record),
            held_back: record.held_back.clone(),
            name,
            revisions,
        }
    }

    fn revision_status(&self, revision: &RevisionRecord) -> RevisionStatus {
        let plan = &revision.plan;
        let running = self.revisions.get(&plan.revision);
        let status = running.map(|running| running.status()).unwrap_or_default();
        let assigned = self.record.assigned.iter();
        let to_it = || assigned.clone().filter(|one| one.revision == plan.revision);
        let (condition, reason) = match &revision.readiness {
            Readiness::Failed(why) => ("False", Some(why.clone())),
            other => (other.condition(), None),
        };
        RevisionStatus {
            name: plan.revision.clone(),
            ready: condition,
            reason,
            latest: plan.revision == self.record.latest_ready,
            percent: to_it().map(|one| one.percent).sum(),
            tags: to_it().filter_map(|one| one.tag.clone()).collect(),
            image: plan.container.image.clone(),
            digest: plan.container.digest.clone(),
            created_at: revision.created_at,
            ..status
        }
    }
}

/// A revision that is tried stays so until it is ready, or another one is the latest.
fn reach(record: &ServiceRecord, revision: &RevisionRecord) -> Reach {
    let name = &revision.plan.revision;
    if record.is_active(name) {
        return Reach::Reachable;
    }
    let comes_up = revision.readiness.takes_requests();
    if !comes_up && *name == record.latest_created {
        Reach::Tried
    } else {
        Reach::Unreachable
    }
}

/// A sentence on a new revision that is not ready.
fn pending(record: &ServiceRecord) -> Option<String> {
    let created = record.revision(&record.latest_created)?;
    if record.latest_created == record.latest_ready {
        return None;
    }
    let why = match &created.readiness {
        Readiness::Failed(why) => why,
        _ => "its first instance is starting",
    };
    Some(format!(
        "{} is not ready: {why}; {} stays the latest that is",
        record.latest_created, record.latest_ready
    ))
}

fn instances(revisions: &[RevisionStatus]) -> Vec<InstanceStatus> {
    let all = revisions.iter().flat_map(|one| one.instances.iter());
    all.cloned().collect()
}
