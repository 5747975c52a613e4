//! The rules. Each is a pure function of the books: it says what it has looked at, what is wrong and what to type next.

mod agree;
mod events;
mod explained;
mod handled;
mod leftovers;
mod letters;
mod money;
mod provider;
mod stock;
#[cfg(test)]
mod testing;

use serde::Serialize;

use crate::books::Books;
use crate::report::{Report, RuleReport};

/// Something that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong, with ids.
    pub what: String,
    /// What to type next.
    pub next: String,
}

/// What a rule has found.
#[derive(Debug, Default)]
pub struct Findings {
    checked: usize,
    violations: Vec<Finding>,
    notes: Vec<String>,
}

impl Findings {
    /// One more was looked at.
    fn look(&mut self) {
        self.checked += 1;
    }

    fn wrong(&mut self, what: impl Into<String>, next: impl Into<String>) {
        self.violations.push(Finding {
            what: what.into(),
            next: next.into(),
        });
    }

    /// Wrong unless `holds`.
    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String, next: &str) {
        if !holds {
            self.wrong(what(), next);
        }
    }

    fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }
}

/// A rule.
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What it means, in a sentence.
    pub means: &'static str,
    /// The stores that it needs.
    pub needs: &'static [&'static str],
    /// Looks at the books.
    pub check: fn(&Books, &mut Findings),
}

/// All rules, in the order in which they are told.
pub const RULES: &[Rule] = &[
    leftovers::QUIET,
    leftovers::PROMISES,
    stock::ADDS_UP,
    stock::RESERVED,
    stock::LEFT_ONCE,
    stock::HELD_FOR_SOMEBODY,
    money::LEDGER,
    money::NOTHING_HELD,
    provider::SAME_BOOKS,
    provider::CHARGED_ONCE,
    explained::EXPLAINED,
    agree::AGREE,
    events::ONCE,
    events::COMPLETE,
    events::OF_NOTHING,
    handled::HANDLED,
    letters::ONCE,
    letters::MAILED,
    leftovers::OUTBOXES,
    leftovers::KEYS,
    leftovers::DEAD_LETTERS,
];

/// Looks at the books by every rule.
#[must_use]
pub fn check(books: &Books) -> Report {
    let rules: Vec<_> = RULES.iter().map(|rule| by_rule(rule, books)).collect();
    Report {
        is_kept: rules.iter().all(|rule| rule.violations.is_empty()),
        rules,
    }
}

fn by_rule(rule: &Rule, books: &Books) -> RuleReport {
    let mut findings = Findings::default();
    let has_all = books.has(rule.needs);
    if has_all {
        (rule.check)(books, &mut findings);
    }
    let lacking: Vec<_> = rule
        .needs
        .iter()
        .filter(|store| books.missing.contains(**store))
        .copied()
        .collect();
    RuleReport {
        rule: rule.name,
        means: rule.means,
        checked: findings.checked,
        left_out: (!has_all)
            .then(|| format!("nobody has said where to find {}", lacking.join(", "))),
        violations: findings.violations,
        notes: findings.notes,
    }
}

#[cfg(test)]
mod tests {
    use super::testing::healthy;
    use super::*;

    #[test]
    fn a_healthy_shop_breaks_no_rule_and_every_rule_looks_at_something() {
        let report = check(&healthy());
        assert!(report.is_kept, "{}", report.text(99));
        let idle: Vec<_> = report
            .rules
            .iter()
            .filter(|rule| rule.checked == 0)
            .map(|rule| rule.rule)
            .collect();
        assert!(idle.is_empty(), "{idle:?}");
    }

    #[test]
    fn a_rule_whose_store_is_not_known_is_left_out_and_says_so() {
        let mut books = healthy();
        books.missing.insert("provider".to_owned());
        books.intents.clear();
        let report = check(&books);
        assert!(report.is_kept, "{}", report.text(99));
        let left_out = report.rules.iter().filter(|rule| rule.left_out.is_some());
        assert_eq!(left_out.count(), 2);
    }

    #[test]
    fn rules_have_names_of_their_own() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }
}
