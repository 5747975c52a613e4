//! What an audit has found, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::rules::Finding;

/// What became of one rule.
#[derive(Debug, Clone, Serialize)]
pub struct RuleReport {
    /// Its name.
    pub rule: &'static str,
    /// What it means.
    pub means: &'static str,
    /// How many things were looked at.
    pub checked: usize,
    /// Why nothing was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// What breaks it.
    pub violations: Vec<Finding>,
    /// What is allowed and worth knowing.
    pub notes: Vec<String>,
}

/// What became of all of them.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Whether no rule is broken.
    pub is_kept: bool,
    /// One of each rule.
    pub rules: Vec<RuleReport>,
}

impl Report {
    /// The names of broken rules.
    #[must_use]
    pub fn broken(&self) -> Vec<&'static str> {
        let broken = self.rules.iter().filter(|rule| !rule.violations.is_empty());
        broken.map(|rule| rule.rule).collect()
    }

    /// A line for each rule, and what breaks it beneath, at most so many of each.
    #[must_use]
    pub fn text(&self, at_most: usize) -> String {
        let mut text = String::new();
        for rule in &self.rules {
            let verdict = match (&rule.left_out, rule.violations.len()) {
                (Some(why), _) => format!("left out: {why}"),
                (None, 0) => format!("kept    {:>7} checked", rule.checked),
                (None, broken) => format!("BROKEN  {:>7} checked, {broken} wrong", rule.checked),
            };
            let _ = writeln!(text, "{:<24} {verdict}", rule.rule);
            if !rule.violations.is_empty() {
                let _ = writeln!(text, "    it means: {}", rule.means);
            }
            for Finding { what, next } in rule.violations.iter().take(at_most) {
                let _ = writeln!(text, "    {what}\n        {next}");
            }
            if rule.violations.len() > at_most {
                let _ = writeln!(
                    text,
                    "    and {} more: --all",
                    rule.violations.len() - at_most
                );
            }
            for note in rule.notes.iter().take(at_most) {
                let _ = writeln!(text, "    note: {note}");
            }
        }
        let broken = self.broken();
        let _ = match broken.is_empty() {
            true => writeln!(text, "the books are right"),
            false => writeln!(text, "broken: {}", broken.join(", ")),
        };
        text
    }
}
