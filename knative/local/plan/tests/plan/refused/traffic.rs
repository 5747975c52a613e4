//! `spec.traffic`, refused as Knative's webhook refuses it.

use super::check;

/// A change that gives the Service this traffic; `template:` then stands one line lower.
fn traffic(list: &str) -> String {
    format!("spec:\n  traffic: {list}\n  template:\n    metadata:\n      annotations:")
}

#[test]
fn traffic_that_a_cluster_would_refuse_is_refused() {
    let rows = [
        (
            "[{percent: 90}]",
            "traffic: traffic targets sum to 90, want 100",
        ),
        (
            "[{latestRevision: true}]",
            "traffic: traffic targets sum to 0, want 100",
        ),
        (
            "[{percent: 101}]",
            "traffic[0].percent: must be from 0 to 100",
        ),
        (
            "[{percent: '100'}]",
            "traffic[0].percent: must be a whole number",
        ),
        (
            "[{percent: 100, revisionName: orders-00001, latestRevision: true}]",
            "traffic[0].latestRevision: may not set revisionName `orders-00001` when latestRevision is true",
        ),
        (
            "[{percent: 100, latestRevision: false}]",
            "traffic[0].latestRevision: false needs a revisionName",
        ),
        (
            "[{percent: 100, revisionName: _}]",
            "traffic[0].revisionName: `_` is not the name of a revision",
        ),
        (
            "[{percent: 100, configurationName: orders}]",
            "traffic[0].configurationName: may not be set in a Service",
        ),
        (
            "[{percent: 100, tag: a, url: x}]",
            "traffic[0].url: may not be set in a Service",
        ),
        (
            "[{percent: 100, tag: 1a}]",
            "traffic[0].tag: `1a` is not a tag",
        ),
        (
            "[{percent: 50, tag: a}, {percent: 50, tag: a}]",
            "traffic[1]: multiple definitions for `a`, also in [0]",
        ),
        (
            "[{percent: 100, tag: a23456789-123456789-123456789-123456789-123456789-1234567}]",
            "traffic[0].tag: `a23456789-123456789-123456789-123456789-123456789-1234567-orders` is longer",
        ),
    ];
    for (list, expected) in rows {
        let expected = format!("m.yaml:8: spec.{expected}");
        let from = "spec:\n  template:\n    metadata:\n      annotations:";
        check(&[(from, traffic(list).as_str(), expected.as_str())]);
    }
}

#[test]
fn a_revisions_own_name_begins_with_its_services() {
    let from = "metadata:\n      annotations:";
    for (name, expected) in [
        ("blue", "a revision's name must begin with `orders-`"),
        ("orders-Blue", "`orders-Blue` is not a name"),
    ] {
        let to = format!("metadata:\n      name: {name}\n      annotations:");
        let expected = format!("m.yaml:10: spec.template.metadata.name: {expected}");
        check(&[(from, to.as_str(), expected.as_str())]);
    }
}
