//! The checks: facts in, findings out. None of them looks at the machine itself.

mod engine;
mod machine;
mod place;
mod ports;
mod programs;
mod shop;

use super::facts::Facts;
use super::finding::Finding;

/// A check; it may say more than one thing.
type Check = fn(&Facts) -> Vec<Finding>;

/// In the order in which somebody would look.
const ALL: [Check; 15] = [
    shop::shop,
    place::folder,
    place::version,
    place::secrets,
    place::socket,
    place::left_behind,
    ports::ports,
    engine::postgres,
    programs::manifests,
    programs::executables,
    programs::toolchain,
    machine::clock,
    machine::disk,
    machine::memory,
    machine::open_files,
];

/// What all of them say.
pub(super) fn all(facts: &Facts) -> Vec<Finding> {
    ALL.iter().flat_map(|check| check(facts)).collect()
}

/// Lists what is worth reading and says how many more there are: `a, b and 3 more`.
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 4;
    match names.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..SHOWN].join(", ")),
    }
}

/// What the first finding of a check says of a healthy machine that was changed.
#[cfg(test)]
fn verdict(check: Check, change: impl FnOnce(&mut Facts)) -> super::finding::Verdict {
    let mut facts = Facts::of_a_healthy_machine();
    change(&mut facts);
    check(&facts)[0].verdict
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_healthy_machine_has_nothing_to_mend() {
        let facts = Facts::of_a_healthy_machine();
        let findings = all(&facts);
        let wrong: Vec<&Finding> = findings
            .iter()
            .filter(|one| one.verdict != Verdict::Ok)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(findings.iter().all(|one| one.remedy.is_none()));
    }

    #[test]
    fn a_long_list_is_cut() {
        let names: Vec<String> = (1..=6).map(|number| number.to_string()).collect();
        assert_eq!(some_of(&names), "1, 2, 3, 4 and 2 more");
        assert_eq!(some_of(&names[..2]), "1, 2");
    }
}
