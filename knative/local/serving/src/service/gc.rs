//! Which old revisions are forgotten. Pure.

use super::{RevisionRecord, ServiceRecord};

/// Revisions without traffic that a Service keeps, so that one can go back. Knative's `config-gc` keeps twenty and those of
/// the last two days; here each holds an executable of some 40 MB, and every build makes one.
const KEPT: usize = 3;

/// The names of those that go: without traffic, not the latest, and not among the last that had some.
pub(super) fn collected(record: &ServiceRecord) -> Vec<String> {
    let mut inactive: Vec<&RevisionRecord> = record
        .revisions
        .iter()
        .filter(|one| may_go(record, one))
        .collect();
    // Who had traffic last is the likeliest to be wanted back.
    inactive.sort_by_key(|one| std::cmp::Reverse((one.inactive_since, one.created_at)));
    let gone = inactive.into_iter().skip(KEPT);
    gone.map(|one| one.plan.revision.clone()).collect()
}

fn may_go(record: &ServiceRecord, revision: &RevisionRecord) -> bool {
    let name = &revision.plan.revision;
    let wanted = |target: &souk_plan::model::TrafficTarget| target.revision.as_ref() == Some(name);
    !record.is_active(name)
        && !record.traffic.iter().any(wanted)
        && *name != record.latest_created
        && *name != record.latest_ready
        && !revision.plan.no_gc
}
