//! Which revisions get requests, and how many of a hundred. Pure.

use std::collections::BTreeMap;

use souk_plan::model::TrafficTarget;
use souk_plan::tag_mistake;

use super::{Assigned, ServiceRecord, TrafficChange};

const ALL: u32 = 100;
/// How the latest ready revision is called on the command line, as `kn` calls it.
const LATEST: &str = "@latest";

/// What a Service without `spec.traffic` has.
pub(super) fn all_to_latest() -> Vec<TrafficTarget> {
    vec![to(None, ALL, None)]
}

/// What is wanted with the names of revisions that take requests, or why that cannot be yet.
pub(super) fn assigned(record: &ServiceRecord) -> Result<Vec<Assigned>, String> {
    let assign = |target: &TrafficTarget| {
        let revision = target.revision.as_ref().unwrap_or(&record.latest_ready);
        check(record, revision)?;
        Ok(Assigned {
            revision: revision.clone(),
            percent: target.percent,
            tag: target.tag.clone(),
        })
    };
    record.traffic.iter().map(assign).collect()
}

/// The traffic after a change by hand: percentages replace all percentages, tags are set and taken one by one.
pub(super) fn changed(
    record: &ServiceRecord,
    change: &TrafficChange,
) -> Result<Vec<TrafficTarget>, String> {
    let percents = if change.percents.is_empty() {
        percents_of(&record.traffic)
    } else {
        percents(record, &change.percents)?
    };
    let mut tags: BTreeMap<String, Option<String>> = tags_of(&record.traffic);
    for tag in &change.untag {
        if tags.remove(tag).is_none() {
            return Err(format!("there is no tag `{tag}` to take away"));
        }
    }
    for (tag, revision) in &change.tags {
        if let Some(mistake) = tag_mistake(tag, &record.object.name) {
            return Err(mistake);
        }
        let revision = named(revision);
        if let Some(revision) = &revision {
            check(record, revision)?;
        }
        tags.insert(tag.clone(), revision);
    }
    let shares = percents
        .into_iter()
        .map(|(revision, percent)| to(revision, percent, None));
    let tagged = tags
        .into_iter()
        .map(|(tag, revision)| to(revision, 0, Some(tag)));
    Ok(shares.chain(tagged).collect())
}

type Percents = Vec<(Option<String>, u32)>;

fn percents(record: &ServiceRecord, asked: &[(String, u32)]) -> Result<Percents, String> {
    let mut percents = Percents::new();
    for (revision, percent) in asked {
        let revision = named(revision);
        if let Some(revision) = &revision {
            check(record, revision)?;
        }
        if percents.iter().any(|(other, _)| *other == revision) {
            let revision = revision.as_deref().unwrap_or(LATEST);
            return Err(format!("`{revision}` is named twice"));
        }
        percents.push((revision, *percent));
    }
    let sum: u64 = percents
        .iter()
        .map(|(_, percent)| u64::from(*percent))
        .sum();
    if sum != u64::from(ALL) {
        return Err(format!("the percentages sum to {sum}, want {ALL}"));
    }
    Ok(percents)
}

fn percents_of(traffic: &[TrafficTarget]) -> Percents {
    let mut percents = Percents::new();
    for target in traffic.iter().filter(|target| target.percent > 0) {
        match percents
            .iter_mut()
            .find(|(revision, _)| *revision == target.revision)
        {
            Some((_, percent)) => *percent += target.percent,
            None => percents.push((target.revision.clone(), target.percent)),
        }
    }
    percents
}

fn tags_of(traffic: &[TrafficTarget]) -> BTreeMap<String, Option<String>> {
    let tagged = traffic
        .iter()
        .filter_map(|target| Some((target.tag.clone()?, target.revision.clone())));
    tagged.collect()
}

/// Whether the revision is there and takes requests.
fn check(record: &ServiceRecord, name: &str) -> Result<(), String> {
    let Some(revision) = record.revision(name) else {
        let names = record
            .revisions
            .iter()
            .map(|one| one.plan.revision.as_str());
        let names: Vec<&str> = names.collect();
        let (service, names) = (&record.object.name, names.join(", "));
        return Err(format!(
            "{service} has no revision `{name}`; it has {names}"
        ));
    };
    if revision.readiness.takes_requests() {
        return Ok(());
    }
    Err(format!("the revision {name} is not ready"))
}

/// None: the latest.
fn named(revision: &str) -> Option<String> {
    (revision != LATEST).then(|| revision.to_owned())
}

fn to(revision: Option<String>, percent: u32, tag: Option<String>) -> TrafficTarget {
    TrafficTarget {
        revision,
        percent,
        tag,
    }
}
