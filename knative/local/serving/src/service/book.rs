//! All Services, and what is done to them. One at a time: whoever holds the lock.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Utc;
use souk_plan::Mistake;
use souk_plan::model::{ObjectName, ServicePlan};

use super::running::Service;
use super::{Change, Directory, Ledger, ServiceRecord, Starter, TrafficChange, traffic};
use crate::FunctionStatus;
use crate::revision::Revision;

/// All Services.
pub(crate) struct Book {
    starter: Starter,
    ledger: Arc<dyn Ledger>,
    /// What was remembered and is in no manifest yet.
    remembered: BTreeMap<ObjectName, ServiceRecord>,
    services: BTreeMap<ObjectName, Service>,
    /// Revisions that are no more, but whose last requests may still be under way.
    retired: Vec<Arc<Revision>>,
}

/// Revisions that were started just now.
pub(crate) type Started = Vec<Arc<Revision>>;

impl Book {
    pub(crate) fn new(
        starter: Starter,
        ledger: Arc<dyn Ledger>,
        remembered: Vec<ServiceRecord>,
    ) -> Self {
        let by_name = |record: ServiceRecord| (record.object.clone(), record);
        Self {
            starter,
            ledger,
            remembered: remembered.into_iter().map(by_name).collect(),
            services: BTreeMap::new(),
            retired: Vec::new(),
        }
    }

    /// What speaks against these Services.
    pub(crate) fn mistakes(&self, services: &[ServicePlan]) -> Vec<Mistake> {
        let mistake = |plan: &ServicePlan| {
            let running = self.services.get(&plan.object).map(|one| &one.record);
            let record = running.or_else(|| self.remembered.get(&plan.object))?;
            Some(Mistake {
                at: plan.at.clone(),
                what: record.mistake(plan)?,
            })
        };
        services.iter().filter_map(mistake).collect()
    }

    /// Makes the Services what the plans say; those that are in none are ended.
    pub(crate) fn apply(
        &mut self,
        services: &[ServicePlan],
        started: &mut Started,
    ) -> Vec<(ObjectName, Change)> {
        let mut changes: Vec<_> = services
            .iter()
            .map(|plan| (plan.object.clone(), self.apply_one(plan, started)))
            .collect();
        let gone = |name: &ObjectName| !services.iter().any(|plan| plan.object == *name);
        let gone: Vec<ObjectName> = self
            .services
            .keys()
            .filter(|name| gone(name))
            .cloned()
            .collect();
        for name in gone {
            self.end(&name);
            changes.push((name, Change::Deleted));
        }
        changes
    }

    fn apply_one(&mut self, plan: &ServicePlan, started: &mut Started) -> Change {
        let (plan, now) = (plan.clone(), Utc::now());
        let name = plan.object.clone();
        if let Some(mut record) = self.remembered.remove(&name) {
            record.try_again();
            self.services.insert(name.clone(), Service::new(record));
        }
        let change = match self.services.get_mut(&name) {
            None => {
                let record = ServiceRecord::first(plan, now);
                self.services.insert(name.clone(), Service::new(record));
                Change::Created
            }
            Some(service) => {
                let before = service.record.clone();
                match service.record.apply(plan, now) {
                    Ok(None) if service.record == before => Change::Unchanged,
                    Ok(revision) => Change::Configured { revision },
                    Err(why) => {
                        tracing::error!(function = name.name, why, "the template was not taken");
                        Change::Unchanged
                    }
                }
            }
        };
        self.settle(&name, started);
        change
    }

    /// Changes where a Service's requests go.
    pub(crate) fn set_traffic(
        &mut self,
        name: &ObjectName,
        change: &TrafficChange,
        started: &mut Started,
    ) -> Result<(), String> {
        let service = self.services.get_mut(name);
        let service = service.ok_or_else(|| format!("there is no Service {}", name.name))?;
        let wanted = traffic::changed(&service.record, change)?;
        service.record.want(wanted, Utc::now());
        self.settle(name, started);
        Ok(())
    }

    /// What a revision's instances show. True: requests may go elsewhere now.
    pub(crate) fn heard(
        &mut self,
        revision: &Revision,
        up: bool,
        failure: Option<&str>,
        started: &mut Started,
    ) -> bool {
        let name = revision.service();
        let Some(service) = self.services.get_mut(name) else {
            return false;
        };
        let news = service
            .record
            .heard(revision.name(), up, failure, Utc::now());
        if news {
            self.settle(&name.clone(), started);
        }
        news
    }

    /// After every change: tasks, old revisions, and what is remembered.
    fn settle(&mut self, name: &ObjectName, started: &mut Started) {
        let Some(service) = self.services.get_mut(name) else {
            return;
        };
        self.retired.retain(|revision| !revision.has_ended());
        self.retired.extend(service.collect());
        started.extend(service.reconcile(&self.starter));
        if let Err(error) = self.ledger.write(&service.record) {
            tracing::error!(function = name.name, %error, "how the Service is now cannot be written down");
        }
    }

    fn end(&mut self, name: &ObjectName) {
        let Some(service) = self.services.remove(name) else {
            return;
        };
        for revision in service.revisions() {
            revision.retire();
            self.retired.push(Arc::clone(revision));
        }
        if let Err(error) = self.ledger.forget(name) {
            tracing::error!(function = name.name, %error, "the Service cannot be forgotten");
        }
    }

    /// Who answers to which name now.
    pub(crate) fn directory(&self) -> Directory {
        let mut directory = Directory::default();
        for service in self.services.values() {
            service.enter(&mut directory);
        }
        directory
    }

    pub(crate) fn status(&self) -> Vec<FunctionStatus> {
        self.services.values().map(Service::status).collect()
    }

    /// Every revision that may have a process, those of the past included.
    pub(crate) fn revisions(&self) -> Vec<Arc<Revision>> {
        let running = self.services.values().flat_map(Service::revisions);
        running.chain(&self.retired).map(Arc::clone).collect()
    }
}
