//! Files of rules, as Prometheus reads them.

use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};

use crate::{Failure, repository};

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What it asks for.
    pub expression: String,
    /// The series that it makes of that.
    pub record: Option<String>,
    /// Whom it calls.
    pub alert: Option<Alert>,
}

/// What an alert says.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// `page`, `ticket` or `none`.
    pub severity: String,
    /// Where in the repository its runbook is.
    pub runbook: String,
    /// What has happened, in one sentence.
    pub summary: String,
}

/// The rules in a text.
///
/// # Errors
///
/// What is wrong with the text.
pub fn read(text: &str) -> Result<Vec<Rule>, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    let file = documents.first().ok_or("it is empty")?;
    let mut rules = Vec::new();
    for group in list(file, "groups") {
        for rule in list(group, "rules") {
            rules.push(one(rule)?);
        }
    }
    if rules.is_empty() {
        return Err("it has no rules".to_owned());
    }
    Ok(rules)
}

/// The rules in a file.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn read_file(file: &Path) -> Result<Vec<Rule>, Failure> {
    let text = repository::text(file)?;
    read(&text).map_err(|why| Failure::Rules(file.to_owned(), why))
}

fn one(rule: &Yaml<'_>) -> Result<Rule, String> {
    let expression = text_at(rule, "expr").ok_or("a rule has no expr")?;
    let alert = text_at(rule, "alert").map(|name| {
        let under = |section: &str, name| {
            let section = rule.as_mapping_get(section);
            section
                .and_then(|section| text_at(section, name))
                .unwrap_or_default()
        };
        Alert {
            severity: under("labels", "severity"),
            runbook: under("annotations", "runbook_url"),
            summary: under("annotations", "summary"),
            name,
        }
    });
    Ok(Rule {
        expression,
        record: text_at(rule, "record"),
        alert,
    })
}

fn list<'a>(of: &'a Yaml<'a>, name: &str) -> impl Iterator<Item = &'a Yaml<'a>> {
    let items = of.as_mapping_get(name).and_then(Yaml::as_sequence);
    items.into_iter().flatten()
}

fn text_at(of: &Yaml<'_>, name: &str) -> Option<String> {
    of.as_mapping_get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_alerts_are_told_apart() {
        let rules = read(
            "groups: [{name: g, rules: [{record: a:b, expr: x}, \
             {alert: C, expr: y > 1, labels: {severity: page}, annotations: {summary: s, runbook_url: r}}]}]",
        );
        let rules = rules.unwrap();
        assert_eq!(rules[0].record.as_deref(), Some("a:b"));
        let alert = rules[1].alert.as_ref().unwrap();
        assert_eq!(
            (alert.name.as_str(), alert.severity.as_str()),
            ("C", "page")
        );
        assert_eq!(rules[1].expression, "y > 1");
    }

    #[test]
    fn a_file_without_rules_is_refused() {
        assert!(read("groups: []").is_err());
    }
}
