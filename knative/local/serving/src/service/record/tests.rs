//! Revisions, readiness and traffic of one Service.

use chrono::{DateTime, TimeDelta, Utc};
use souk_plan::model::{ServicePlan, TrafficTarget};

use super::*;
use crate::service::TrafficChange;
use crate::service::traffic::changed;
use plan::plan;

#[path = "../../../tests/serving/plan.rs"]
mod plan;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// A template whose content is `hash`.
fn template(hash: &str) -> ServicePlan {
    let mut plan = plan();
    plan.object.name = "orders".to_owned();
    plan.revision = "orders-00001".to_owned();
    plan.template_hash = hash.to_owned();
    plan
}

fn named(hash: &str, name: &str) -> ServicePlan {
    ServicePlan {
        revision: name.to_owned(),
        named: true,
        ..template(hash)
    }
}

fn with_traffic(hash: &str, traffic: &[TrafficTarget]) -> ServicePlan {
    ServicePlan {
        traffic: Some(traffic.to_vec()),
        ..template(hash)
    }
}

fn to(revision: Option<&str>, percent: u32) -> TrafficTarget {
    TrafficTarget {
        revision: revision.map(str::to_owned),
        percent,
        tag: None,
    }
}

/// Where requests go: `orders-00001=95 orders-00002=5`.
fn route(record: &ServiceRecord) -> String {
    let one = |one: &Assigned| match &one.tag {
        Some(tag) => format!("{}={} ({tag})", one.revision, one.percent),
        None => format!("{}={}", one.revision, one.percent),
    };
    let all: Vec<String> = record.assigned.iter().map(one).collect();
    all.join(" ")
}

fn names(record: &ServiceRecord) -> Vec<&str> {
    let names = record
        .revisions
        .iter()
        .map(|one| one.plan.revision.as_str());
    names.collect()
}

fn apply(record: &mut ServiceRecord, plan: ServicePlan) -> Option<String> {
    record.apply(plan, at(1)).unwrap()
}

#[test]
fn a_changed_template_makes_a_revision_and_an_unchanged_one_makes_none() {
    let mut record = ServiceRecord::first(template("a"), at(0));
    assert_eq!(apply(&mut record, template("a")), None);
    assert_eq!(
        apply(&mut record, template("b")).as_deref(),
        Some("orders-00002")
    );
    // Going back to what was written before is a change like any other.
    assert_eq!(
        apply(&mut record, template("a")).as_deref(),
        Some("orders-00003")
    );
    let mut rebuilt = template("a");
    rebuilt.container.digest = Some("sha256:2".to_owned());
    assert_eq!(apply(&mut record, rebuilt).as_deref(), Some("orders-00004"));
    assert_eq!(record.generation, 4);
}

#[test]
fn a_template_may_name_its_revision_and_has_to_name_the_next_one_otherwise() {
    let mut record = ServiceRecord::first(named("a", "orders-blue"), at(0));
    let mistake = record.mistake(&named("b", "orders-blue")).unwrap();
    assert!(
        mistake.contains("the template has changed since"),
        "{mistake}"
    );
    assert!(record.apply(named("b", "orders-blue"), at(1)).is_err());
    apply(&mut record, named("b", "orders-green"));
    apply(&mut record, template("c"));
    assert_eq!(
        names(&record),
        ["orders-blue", "orders-green", "orders-00003"]
    );
    // Back to the first, by its name.
    let back = apply(&mut record, named("a", "orders-blue"));
    assert_eq!(back.as_deref(), Some("orders-blue"));
    assert_eq!(
        (record.latest_created.as_str(), names(&record).len()),
        ("orders-blue", 3)
    );
    assert_eq!(route(&record), "orders-blue=100");
}

#[test]
fn a_number_that_was_given_by_hand_is_not_given_twice() {
    let mut record = ServiceRecord::first(named("a", "orders-00002"), at(0));
    assert_eq!(
        apply(&mut record, template("b")).as_deref(),
        Some("orders-00003")
    );
}

#[test]
fn the_old_revision_has_everything_until_the_new_one_is_ready() {
    let mut record = ServiceRecord::first(template("a"), at(0));
    assert_eq!(route(&record), "orders-00001=100");
    apply(&mut record, template("b"));
    assert_eq!(route(&record), "orders-00001=100");
    assert!(record.heard("orders-00002", true, None, at(2)));
    assert_eq!(route(&record), "orders-00002=100");
    assert_eq!(record.revisions[0].inactive_since, Some(at(2)));
    assert!(!record.heard("orders-00002", true, None, at(3)), "no news");
}

#[test]
fn a_revision_that_does_not_come_up_receives_nothing_and_says_why() {
    let mut record = ServiceRecord::first(template("a"), at(0));
    apply(&mut record, template("b"));
    assert!(record.heard("orders-00002", false, Some("exit status: 1"), at(2)));
    assert_eq!(
        record.revisions[1].readiness,
        Readiness::Failed("exit status: 1".to_owned())
    );
    assert_eq!(route(&record), "orders-00001=100");
    apply(&mut record, template("c"));
    record.heard("orders-00003", true, None, at(3));
    assert_eq!(route(&record), "orders-00003=100");
    // Too late: a newer one is ready.
    record.heard("orders-00002", true, None, at(4));
    assert_eq!(route(&record), "orders-00003=100");
}

#[test]
fn who_came_up_once_stays_the_latest_when_its_processes_end() {
    let mut record = ServiceRecord::first(template("a"), at(0));
    apply(&mut record, template("b"));
    record.heard("orders-00002", true, None, at(2));
    assert!(!record.heard("orders-00002", false, Some("killed"), at(3)));
    assert_eq!(route(&record), "orders-00002=100");
}

#[test]
fn an_older_revision_that_comes_up_late_stands_in_for_one_that_does_not() {
    let mut record = ServiceRecord::first(template("a"), at(0));
    apply(&mut record, template("b"));
    apply(&mut record, template("c"));
    assert!(
        matches!(record.revisions[1].readiness, Readiness::Failed(_)),
        "nobody waits for it"
    );
    record.heard("orders-00003", false, Some("exit status: 1"), at(2));
    record.heard("orders-00002", true, None, at(3));
    assert_eq!(record.latest_ready, "orders-00002");
}

#[test]
fn wanted_traffic_waits_until_all_of_it_can_be() {
    let mut record = ServiceRecord::first(template("a"), at(0));
    let canary = [to(Some("orders-00001"), 90), to(Some("orders-00002"), 10)];
    apply(&mut record, with_traffic("b", &canary));
    assert_eq!(route(&record), "orders-00001=100");
    assert_eq!(
        record.held_back.as_deref(),
        Some("the revision orders-00002 is not ready")
    );
    record.heard("orders-00002", true, None, at(2));
    assert_eq!(route(&record), "orders-00001=90 orders-00002=10");
    assert_eq!(record.held_back, None);
}

#[test]
fn traffic_to_a_revision_that_is_not_there_leads_nowhere_yet() {
    let record = ServiceRecord::first(with_traffic("a", &[to(Some("orders-00007"), 100)]), at(0));
    assert_eq!(route(&record), "");
    let why = record.held_back.unwrap();
    assert_eq!(
        why,
        "orders has no revision `orders-00007`; it has orders-00001"
    );
}

#[test]
fn traffic_set_by_hand_stays_until_the_manifest_says_something() {
    let mut record = ServiceRecord::first(template("a"), at(0));
    let pinned = vec![to(Some("orders-00001"), 100)];
    record.want(pinned.clone(), at(1));
    apply(&mut record, template("b"));
    record.heard("orders-00002", true, None, at(2));
    assert_eq!(route(&record), "orders-00001=100");
    apply(&mut record, with_traffic("b", &[to(None, 100)]));
    assert_eq!(route(&record), "orders-00002=100");
    record.want(pinned, at(3));
    // The manifest has it no longer: back to the default, as kubectl does.
    apply(&mut record, template("b"));
    assert_eq!(route(&record), "orders-00002=100");
}

/// A Service with two ready revisions.
fn two() -> ServiceRecord {
    let mut record = ServiceRecord::first(template("a"), at(0));
    apply(&mut record, template("b"));
    record.heard("orders-00002", true, None, at(2));
    record
}

fn by_hand(
    record: &mut ServiceRecord,
    percents: &[(&str, u32)],
    tags: &[(&str, &str)],
    untag: &[&str],
) -> Result<(), String> {
    let change = TrafficChange {
        percents: percents
            .iter()
            .map(|(name, percent)| ((*name).to_owned(), *percent))
            .collect(),
        tags: tags
            .iter()
            .map(|(tag, name)| ((*tag).to_owned(), (*name).to_owned()))
            .collect(),
        untag: untag.iter().map(|tag| (*tag).to_owned()).collect(),
    };
    let wanted = changed(record, &change)?;
    record.want(wanted, at(9));
    Ok(())
}

#[test]
fn percentages_and_tags_are_set_apart() {
    let mut record = two();
    by_hand(
        &mut record,
        &[("orders-00001", 100)],
        &[("smoke", "@latest")],
        &[],
    )
    .unwrap();
    assert_eq!(route(&record), "orders-00001=100 orders-00002=0 (smoke)");
    by_hand(
        &mut record,
        &[("orders-00001", 95), ("@latest", 5)],
        &[],
        &[],
    )
    .unwrap();
    assert_eq!(
        route(&record),
        "orders-00001=95 orders-00002=5 orders-00002=0 (smoke)"
    );
    by_hand(&mut record, &[], &[("old", "orders-00001")], &["smoke"]).unwrap();
    assert_eq!(
        route(&record),
        "orders-00001=95 orders-00002=5 orders-00001=0 (old)"
    );
    assert!(record.is_active("orders-00001"));
}

#[test]
fn traffic_that_makes_no_sense_is_refused_and_changes_nothing() {
    let mut record = two();
    apply(&mut record, template("c"));
    let before = record.clone();
    for (percents, tags, untag, expected) in [
        (
            &[("orders-00001", 90)][..],
            &[][..],
            &[][..],
            "the percentages sum to 90, want 100",
        ),
        (
            &[("orders-00009", 100)],
            &[],
            &[],
            "orders has no revision `orders-00009`; it has orders-00001, orders-00002, orders-00003",
        ),
        (
            &[("orders-00003", 100)],
            &[],
            &[],
            "the revision orders-00003 is not ready",
        ),
        (
            &[("@latest", 50), ("@latest", 50)],
            &[],
            &[],
            "`@latest` is named twice",
        ),
        (
            &[],
            &[("Smoke", "@latest")],
            &[],
            "`Smoke` is not a tag: small letters, digits and dashes, with a letter first",
        ),
        (&[], &[], &["smoke"], "there is no tag `smoke` to take away"),
    ] {
        assert_eq!(
            by_hand(&mut record, percents, tags, untag),
            Err(expected.to_owned())
        );
    }
    assert_eq!(record, before);
}

#[test]
fn the_last_three_without_traffic_are_kept_and_older_ones_go() {
    let mut record = ServiceRecord::first(template("0"), at(0));
    for number in 2..=7 {
        record
            .apply(template(&number.to_string()), at(number))
            .unwrap();
        record.heard(&format!("orders-{number:05}"), true, None, at(number));
    }
    by_hand(&mut record, &[], &[("old", "orders-00002")], &[]).unwrap();
    record.revisions[2].plan.no_gc = true;
    assert_eq!(record.collect(), ["orders-00001"]);
    assert_eq!(
        names(&record),
        [
            "orders-00002",
            "orders-00003",
            "orders-00004",
            "orders-00005",
            "orders-00006",
            "orders-00007"
        ]
    );
}
