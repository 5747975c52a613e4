//! What is shipped against what it was made of, and against what it leads to.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::read_to_string;
use std::path::{Path, PathBuf};

use souk_dashboards::{Alert, dashboards, documented, files, metric_of, names, rules};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn chart() -> PathBuf {
    root().join("terraform/cluster/charts/observability")
}

fn alerts() -> Vec<Alert> {
    rules()
        .unwrap()
        .into_iter()
        .filter_map(|rule| rule.alert)
        .collect()
}

fn alert_names() -> BTreeSet<String> {
    alerts().into_iter().map(|alert| alert.name).collect()
}

#[test]
fn the_files_are_what_the_code_makes() {
    let made: BTreeMap<_, _> = files().unwrap().into_iter().collect();
    for (file, text) in &made {
        let kept = read_to_string(file).unwrap_or_default();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            kept == *text,
            "{name} is not what the code makes; write it anew: cargo run --bin dashboards"
        );
    }
    for entry in std::fs::read_dir(chart().join("dashboards")).unwrap() {
        let path = entry.unwrap().path();
        let ours = made.keys().any(|file| file.file_name() == path.file_name());
        assert!(
            ours,
            "{}: nothing makes it any more; remove it",
            path.display()
        );
    }
}

#[test]
fn every_expression_is_promql_and_every_dashboard_has_its_own_name() {
    for dashboard in dashboards().unwrap() {
        for expression in dashboard.expressions() {
            souk_dashboards::metrics(expression)
                .unwrap_or_else(|error| panic!("{}: {error}", dashboard.uid));
        }
    }
    let all = dashboards().unwrap();
    let uids: BTreeSet<_> = all.iter().map(|dashboard| &dashboard.uid).collect();
    assert_eq!(uids.len(), all.len());
    assert!(
        uids.iter().all(|uid| uid.len() <= 40),
        "Grafana takes 40 characters: {uids:?}"
    );
}

#[test]
fn every_panel_says_what_it_shows_and_in_what() {
    for (file, text) in files().unwrap() {
        if file.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let dashboard: serde_json::Value = serde_json::from_str(&text).unwrap();
        let panels = dashboard["panels"].as_array().unwrap();
        let asking: Vec<_> = panels
            .iter()
            .filter(|panel| panel["type"] != "row")
            .collect();
        assert!(!asking.is_empty(), "{}", file.display());
        for panel in asking {
            let title = panel["title"].as_str().unwrap();
            for words in ["title", "description"] {
                assert!(
                    panel[words].as_str().is_some_and(|text| text.len() > 2),
                    "{title}: {words}"
                );
            }
            assert!(
                panel["fieldConfig"]["defaults"]["unit"].is_string(),
                "{title}: unit"
            );
            assert!(
                !panel["targets"].as_array().unwrap().is_empty(),
                "{title}: asks for nothing"
            );
        }
    }
}

#[test]
fn every_metric_that_is_asked_for_is_documented() {
    let documented = documented().unwrap();
    for name in names().unwrap() {
        let known = documented.contains(&name) || documented.contains(metric_of(&name));
        assert!(known, "docs/observability.md has no row for {name}");
    }
}

#[test]
fn every_metric_that_is_documented_is_looked_at_somewhere() {
    let names = names().unwrap();
    let asked: BTreeSet<_> = names
        .iter()
        .flat_map(|name| [name.as_str(), metric_of(name)])
        .collect();
    for metric in documented().unwrap() {
        assert!(
            asked.contains(metric.as_str()),
            "no dashboard and no rule asks for {metric}"
        );
    }
}

#[test]
fn every_alert_says_what_happened_how_bad_it_is_and_where_its_runbook_stands() {
    let overview = read_to_string(root().join("docs/runbooks/README.md")).unwrap();
    for alert in alerts() {
        let name = &alert.name;
        assert!(!alert.summary.is_empty(), "{name}: no summary");
        assert!(
            ["page", "ticket", "none"].contains(&alert.severity.as_str()),
            "{name}: {}",
            alert.severity
        );
        assert_eq!(alert.runbook, format!("docs/runbooks/{name}.md"));
        let page = read_to_string(root().join(&alert.runbook))
            .unwrap_or_else(|_| panic!("{} is missing", alert.runbook));
        for part in [
            "**What it means.**",
            "**What the customer sees.**",
            "## Look here",
            "## Do this",
            "## Call somebody else",
        ] {
            assert!(page.contains(part), "{}: no {part}", alert.runbook);
        }
        let row = overview
            .lines()
            .find(|line| line.starts_with(&format!("| [{name}]")));
        let row = row.unwrap_or_else(|| panic!("docs/runbooks/README.md has no row for {name}"));
        assert!(
            row.contains(&alert.severity),
            "{row}: not {}",
            alert.severity
        );
    }
}

#[test]
fn no_runbook_is_of_an_alert_that_is_gone() {
    let names = alert_names();
    for entry in std::fs::read_dir(root().join("docs/runbooks")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy();
        assert!(
            name == "README" || names.contains(&*name),
            "{}",
            path.display()
        );
    }
}

#[test]
fn every_alert_is_shown_to_fire_and_not_to_fire() {
    let mut tests = String::new();
    for entry in std::fs::read_dir(chart().join("rules/tests")).unwrap() {
        tests += &read_to_string(entry.unwrap().path()).unwrap();
    }
    for name in alert_names() {
        let fires = tests.contains(&format!("alertname: {name}\n        exp_alerts:\n"))
            || tests.contains(&format!("alertname: {name}\n        exp_alerts: &"))
            || tests.contains(&format!(
                "ALERTS{{alertname=\"{name}\",alertstate=\"firing\",severity="
            ));
        let silent = tests.contains(&format!("alertname: {name}\n        exp_alerts: []"))
            || tests.contains(&format!(
                "ALERTS{{alertname=\"{name}\",alertstate=\"firing\"}}\n"
            ));
        assert!(fires, "no test in rules/tests shows {name} fire");
        assert!(silent, "no test in rules/tests shows {name} silent");
    }
}

#[test]
fn every_link_between_the_pages_leads_somewhere() {
    let docs = root().join("docs");
    let mut pages = vec![
        docs.join("observability.md"),
        root().join("terraform/dashboards/README.md"),
    ];
    for entry in std::fs::read_dir(docs.join("runbooks")).unwrap() {
        pages.push(entry.unwrap().path());
    }
    let link = regex::Regex::new(r"\]\(([^)#:]*)(?:#([^)]*))?\)").unwrap();
    for page in pages {
        let text = read_to_string(&page).unwrap();
        for found in link.captures_iter(&text) {
            let target = match &found[1] {
                "" => page.clone(),
                path => page.parent().unwrap().join(path),
            };
            assert!(
                target.exists(),
                "{}: {} is not there",
                page.display(),
                &found[0]
            );
            if let Some(anchor) = found.get(2) {
                let headings = headings(&read_to_string(&target).unwrap());
                assert!(
                    headings.contains(anchor.as_str()),
                    "{}: {} has no such heading",
                    page.display(),
                    &found[0]
                );
            }
        }
    }
}

#[test]
fn every_link_of_a_dashboard_to_a_runbook_leads_to_one() {
    for (file, text) in files().unwrap() {
        for part in text.split("\"docs/runbooks/").skip(1) {
            let page = part.split('"').next().unwrap();
            assert!(
                root().join("docs/runbooks").join(page).exists(),
                "{}: {page}",
                file.display()
            );
        }
    }
}

/// As GitLab and GitHub make anchors of headings.
fn headings(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix('#'));
    lines
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}
