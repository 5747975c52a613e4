//! `spec.traffic` of a Service, checked as Knative's webhook does (`pkg/apis/serving/v1/route_validation.go`).

use std::collections::BTreeMap;

use crate::fields::Field;
use crate::model::TrafficTarget;
use crate::names::is_service;

const ALL: u32 = 100;
/// Names that become part of an address.
const LABEL_LONGEST: usize = 63;

/// None for an empty list, for which Knative fills in its default.
pub(super) fn read(traffic: &Field<'_>, service: &str) -> Option<Vec<TrafficTarget>> {
    let items = traffic.list();
    let targets: Vec<Option<TrafficTarget>> =
        items.iter().map(|item| target(item, service)).collect();
    if items.is_empty() {
        return None;
    }
    check_tags(&items, &targets);
    let targets: Vec<TrafficTarget> = targets.into_iter().collect::<Option<_>>()?;
    let sum: u32 = targets.iter().map(|target| target.percent).sum();
    if sum != ALL {
        traffic.wrong(format!("traffic targets sum to {sum}, want {ALL}"));
    }
    Some(targets)
}

fn target(field: &Field<'_>, service: &str) -> Option<TrafficTarget> {
    let mut fields = field.fields()?;
    fields.refuse(
        &["configurationName", "url"],
        "may not be set in a Service, says Knative",
    );
    let revision = fields.take("revisionName");
    let latest = fields.take("latestRevision");
    let percent = fields.take("percent");
    let tag = fields.take("tag");
    let name = match &revision {
        Some(revision) => Some(revision.text()?).filter(|name| !name.is_empty()),
        None => None,
    };
    if let (Some(revision), Some(name)) = (&revision, name)
        && !is_qualified(name)
    {
        revision.wrong(format!("`{name}` is not the name of a revision"));
    }
    check_latest(latest, name);
    let percent = match percent {
        Some(percent) => percent.number(0..=i64::from(ALL))?,
        None => 0,
    };
    let tag = match tag {
        Some(tag) => Some(tag.text()?)
            .filter(|text| !text.is_empty())
            .inspect(|text| {
                if let Some(mistake) = tag_mistake(text, service) {
                    tag.wrong(mistake);
                }
            }),
        None => None,
    };
    Some(TrafficTarget {
        revision: name.map(str::to_owned),
        percent,
        tag: tag.map(str::to_owned),
    })
}

/// Pinned to a revision or following the latest one: exactly one of them.
fn check_latest(latest: Option<Field<'_>>, revision: Option<&str>) {
    let Some(latest) = latest else { return };
    match (latest.flag(), revision) {
        (Some(true), Some(name)) => latest.wrong(format!(
            "may not set revisionName `{name}` when latestRevision is true"
        )),
        (Some(false), None) => latest.wrong("false needs a revisionName"),
        _ => (),
    }
}

/// What is wrong with a tag of a Service, which becomes `<tag>-<service>` in an address.
#[must_use]
pub fn tag_mistake(tag: &str, service: &str) -> Option<String> {
    if !is_service(tag) {
        Some(format!(
            "`{tag}` is not a tag: small letters, digits and dashes, with a letter first"
        ))
    } else if tag.len() + 1 + service.len() > LABEL_LONGEST {
        Some(format!(
            "`{tag}-{service}` is longer than the {LABEL_LONGEST} letters of a name in an address"
        ))
    } else {
        None
    }
}

fn check_tags(items: &[Field<'_>], targets: &[Option<TrafficTarget>]) {
    let mut seen = BTreeMap::new();
    for (index, (item, target)) in items.iter().zip(targets).enumerate() {
        let Some(tag) = target.as_ref().and_then(|target| target.tag.as_deref()) else {
            continue;
        };
        if let Some(first) = seen.insert(tag, index) {
            item.wrong(format!(
                "multiple definitions for `{tag}`, also in [{first}]"
            ));
        }
    }
}

/// `IsQualifiedName` of Kubernetes, without a prefix: no revision has one.
fn is_qualified(name: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    bytes.len() <= LABEL_LONGEST
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}
