//! What is remembered of a Service from one start of the runtime to the next. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_plan::model::{ObjectName, ServicePlan, TrafficTarget};

use super::{Readiness, gc, naming, readiness, traffic};

/// A Service with its revisions and its traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceRecord {
    /// The Service.
    pub object: ObjectName,
    /// How many templates there have been: the Configuration's generation.
    pub generation: u32,
    /// The revisions, in the order in which they were made.
    pub revisions: Vec<RevisionRecord>,
    /// The revision of the newest template (`latestCreatedRevisionName`).
    pub latest_created: String,
    /// Where `latestRevision: true` leads (`latestReadyRevisionName`).
    pub latest_ready: String,
    /// What is wanted (`spec.traffic`).
    pub traffic: Vec<TrafficTarget>,
    /// The manifest said so itself when it was last applied.
    pub traffic_written: bool,
    /// What requests follow (`status.traffic`).
    pub assigned: Vec<Assigned>,
    /// Why that is not yet what is wanted.
    pub held_back: Option<String>,
}

/// One revision. It never changes but for what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RevisionRecord {
    /// What it runs, under its own name in `revision`.
    pub plan: ServicePlan,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Whether it comes up.
    pub readiness: Readiness,
    /// When a route last ceased to point at it; None: it does, or never did.
    pub inactive_since: Option<DateTime<Utc>>,
}

/// One entry of the traffic that requests follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The revision's name.
    pub revision: String,
    /// Of a hundred requests so many.
    pub percent: u32,
    /// A name of its own.
    pub tag: Option<String>,
}

impl ServiceRecord {
    /// A new Service. Its first revision gets all requests at once: there is none that could have them meanwhile.
    pub(crate) fn first(mut plan: ServicePlan, now: DateTime<Utc>) -> Self {
        let (written, object) = (plan.traffic.take(), plan.object.clone());
        let name = plan.revision.clone();
        let mut record = Self {
            object,
            generation: 1,
            revisions: vec![RevisionRecord::new(plan, Readiness::Assumed, now)],
            latest_created: name.clone(),
            latest_ready: name,
            traffic_written: written.is_some(),
            traffic: written.unwrap_or_else(traffic::all_to_latest),
            assigned: Vec::new(),
            held_back: None,
        };
        record.assign(now);
        record
    }

    /// Takes the template and the traffic of a manifest that is applied again. Gives the name of the revision that
    /// became the latest, if that is another one now.
    pub(crate) fn apply(
        &mut self,
        mut plan: ServicePlan,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, String> {
        let written = plan.traffic.take();
        let revised = self.revise(plan, now)?;
        match written {
            Some(written) => {
                self.traffic = written;
                self.traffic_written = true;
            }
            // Taken out of the manifest, it is taken back.
            None if self.traffic_written => {
                self.traffic = traffic::all_to_latest();
                self.traffic_written = false;
            }
            // Never in the manifest: what was said by hand stays.
            None => (),
        }
        self.assign(now);
        Ok(revised)
    }

    /// What speaks against a template, without taking it.
    pub(crate) fn mistake(&self, plan: &ServicePlan) -> Option<String> {
        let same_name = self.revision(&plan.revision).filter(|_| plan.named)?;
        naming::taken(&same_name.plan, plan)
    }

    fn revise(
        &mut self,
        mut plan: ServicePlan,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, String> {
        if self
            .revision(&self.latest_created)
            .is_some_and(|latest| naming::is_same(&latest.plan, &plan))
        {
            return Ok(None);
        }
        if let Some(mistake) = self.mistake(&plan) {
            return Err(mistake);
        }
        self.generation += 1;
        self.give_up_latest();
        let name = if plan.named {
            plan.revision.clone()
        } else {
            naming::next(&self.object.name, &mut self.generation, |name| {
                self.revisions.iter().any(|one| one.plan.revision == name)
            })
        };
        plan.revision.clone_from(&name);
        self.latest_created.clone_from(&name);
        // A name that was there already, with the same template: somebody goes back to it.
        if self.revision(&name).is_none() {
            let revision = RevisionRecord::new(plan, Readiness::Tried, now);
            self.revisions.push(revision);
        }
        self.try_again();
        self.latest_ready = readiness::latest(self);
        Ok(Some(name))
    }

    /// A newer template came before the latest revision was ready: nobody waits for it any more.
    fn give_up_latest(&mut self) {
        let name = self.latest_created.clone();
        if let Some(revision) = self.revision_mut(&name)
            && revision.readiness == Readiness::Tried
        {
            let why = "a newer revision was made before this one was ready";
            revision.readiness = Readiness::Failed(why.to_owned());
        }
    }

    /// What its instances show of a revision. False: nothing new.
    pub(crate) fn heard(
        &mut self,
        revision: &str,
        up: bool,
        failure: Option<&str>,
        now: DateTime<Utc>,
    ) -> bool {
        let Some(one) = self.revision_mut(revision) else {
            return false;
        };
        let heard = one.readiness.after(up, failure);
        let news = heard != one.readiness;
        one.readiness = heard;
        if news {
            self.latest_ready = readiness::latest(self);
            self.assign(now);
        }
        news
    }

    /// The latest revision did not come up, and is tried once more: the runtime was started again, or somebody goes back to it.
    pub(crate) fn try_again(&mut self) {
        let name = self.latest_created.clone();
        if let Some(latest) = self.revision_mut(&name)
            && matches!(latest.readiness, Readiness::Failed(_))
        {
            latest.readiness = Readiness::Tried;
        }
    }

    /// Wants other traffic from now on.
    pub(crate) fn want(&mut self, wanted: Vec<TrafficTarget>, now: DateTime<Utc>) {
        self.traffic = wanted;
        self.assign(now);
    }

    /// Assigns what is wanted, all of it or nothing: as long as a part of it cannot be, requests go where they went.
    fn assign(&mut self, now: DateTime<Utc>) {
        match traffic::assigned(self) {
            Ok(assigned) => {
                self.assigned = assigned;
                self.held_back = None;
            }
            Err(why) => self.held_back = Some(why),
        }
        let assigned = std::mem::take(&mut self.assigned);
        for revision in &mut self.revisions {
            let active = assigned
                .iter()
                .any(|one| one.revision == revision.plan.revision);
            revision.inactive_since = match revision.inactive_since {
                _ if active => None,
                None => Some(now),
                since => since,
            };
        }
        self.assigned = assigned;
    }

    /// Forgets old revisions that nobody needs, and names them.
    pub(crate) fn collect(&mut self) -> Vec<String> {
        let gone = gc::collected(self);
        self.revisions
            .retain(|one| !gone.contains(&one.plan.revision));
        gone
    }

    /// Whether requests may come to a revision.
    pub(crate) fn is_active(&self, revision: &str) -> bool {
        self.assigned.iter().any(|one| one.revision == revision)
    }

    pub(crate) fn revision(&self, name: &str) -> Option<&RevisionRecord> {
        self.revisions.iter().find(|one| one.plan.revision == name)
    }

    fn revision_mut(&mut self, name: &str) -> Option<&mut RevisionRecord> {
        self.revisions
            .iter_mut()
            .find(|one| one.plan.revision == name)
    }
}

impl RevisionRecord {
    fn new(plan: ServicePlan, readiness: Readiness, created_at: DateTime<Utc>) -> Self {
        Self {
            plan,
            created_at,
            readiness,
            inactive_since: None,
        }
    }
}

#[cfg(test)]
mod tests;
