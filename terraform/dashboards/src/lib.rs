#![doc = include_str!("../README.md")]

mod boards;
mod dashboard;
mod documented;
mod functions;
mod objectives;
mod panel;
mod promql;
mod queries;
mod repository;
mod rules;

use std::collections::BTreeSet;
use std::path::PathBuf;

use thiserror::Error;

pub use dashboard::Dashboard;
pub use documented::{documented, metric_of};
pub use objectives::{Burn, OBJECTIVES, Objective, WINDOWS, burns};
pub use promql::metrics;
pub use rules::{Alert, Rule, read as read_rules};

/// Why nothing was made.
#[derive(Debug, Error)]
pub enum Failure {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// A file of rules is not what Prometheus takes.
    #[error("{0}: {1}")]
    Rules(PathBuf, String),
    /// Something is no PromQL.
    #[error("`{expression}` is no PromQL: {why}")]
    Promql {
        /// What was read.
        expression: String,
        /// What the parser says.
        why: String,
    },
}

/// Every dashboard, one for each function among them.
///
/// # Errors
///
/// When the manifests of the functions cannot be read.
pub fn dashboards() -> Result<Vec<Dashboard>, Failure> {
    Ok(boards::all(&functions::all()?))
}

/// What is written into the chart: each file with its text.
///
/// # Errors
///
/// When the manifests of the functions cannot be read.
pub fn files() -> Result<Vec<(PathBuf, String)>, Failure> {
    let chart = repository::chart();
    let mut files: Vec<_> = dashboards()?
        .iter()
        .map(|dashboard| {
            let name = format!("{}.json", dashboard.uid);
            (chart.join("dashboards").join(name), dashboard.text())
        })
        .collect();
    files.push((chart.join("rules/objectives.yaml"), objectives::text()));
    Ok(files)
}

/// Every rule in the chart's `rules/*.yaml`.
///
/// # Errors
///
/// When a file cannot be read, or holds no rules.
pub fn rules() -> Result<Vec<Rule>, Failure> {
    let mut rules = Vec::new();
    for file in repository::files_in(&repository::chart().join("rules"), "yaml")? {
        rules.extend(rules::read_file(&file)?);
    }
    Ok(rules)
}

/// Every metric that a dashboard or a rule asks Prometheus for, as Prometheus spells it. What a rule records is not among them, but
/// what it is made of is.
///
/// # Errors
///
/// When a file cannot be read, or an expression is no PromQL.
pub fn names() -> Result<BTreeSet<String>, Failure> {
    let rules = rules()?;
    let mut names = BTreeSet::new();
    for dashboard in dashboards()? {
        for expression in dashboard.expressions() {
            names.extend(promql::metrics(expression)?);
        }
    }
    for rule in &rules {
        names.extend(promql::metrics(&rule.expression)?);
    }
    for rule in &rules {
        if let Some(recorded) = &rule.record {
            names.remove(recorded);
        }
    }
    Ok(names)
}
