//! What the shop is run from: manifests, executables, and what builds them.

use super::super::facts::{Facts, Shop, Toolchain};
use super::super::finding::Finding;
use super::some_of;

/// Whether the files can be run here, and whether the open shop runs what they say.
pub(super) fn manifests(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "manifests";
    let manifests = &facts.manifests;
    if let Some((why, remedy)) = &manifests.refused {
        return vec![Finding::fail(CHECK, why.as_str(), remedy.as_str())];
    }
    if manifests.newer.is_empty() {
        return vec![Finding::ok(CHECK, "all of them can be run here")];
    }
    let paths = manifests.newer.iter();
    let names: Vec<String> = paths.map(|path| path.display().to_string()).collect();
    vec![Finding::warn(
        CHECK,
        format!("changed since the shop has read them: {}", some_of(&names)),
        format!("Let the shop read them again: {} apply", facts.here),
    )]
}

/// Whether all executables are there, and as new as their sources.
pub(super) fn executables(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "executables";
    let Some(programs) = &facts.programs else {
        return Vec::new();
    };
    let folder = programs.folder.display();
    if !programs.missing.is_empty() {
        let missing = some_of(&programs.missing);
        if programs.are_built {
            let what = format!("not built yet, which `up` does: {missing}");
            return vec![Finding::ok(CHECK, what)];
        }
        let what = format!("{folder} holds no executable for {missing}");
        let remedy = format!(
            "Build them in a checkout (leave --no-build out), or name their folder: {} up --functions <dir>",
            facts.here
        );
        return vec![Finding::fail(CHECK, what, remedy)];
    }
    if let Some((_, source)) = programs.stale.first() {
        let names = programs.stale.iter().map(|(name, _)| name.clone());
        let names: Vec<String> = names.collect();
        let what = format!(
            "older than their sources ({} for one): {}",
            source.display(),
            some_of(&names)
        );
        let remedy = match facts.shop {
            Shop::Closed => format!("Build them (leave --no-build out): {} up", facts.here),
            Shop::Open { .. } => format!("Build and run them: {} apply", facts.here),
        };
        return vec![Finding::warn(CHECK, what, remedy)];
    }
    vec![Finding::ok(
        CHECK,
        format!("all {} are in {folder}", programs.wanted),
    )]
}

/// Whether cargo can build what is missing.
pub(super) fn toolchain(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "toolchain";
    let Some(tools) = &facts.toolchain else {
        return Vec::new();
    };
    let programs = facts.programs.as_ref();
    let needed = programs.is_some_and(|programs| !programs.missing.is_empty());
    let complain = |what: String, remedy: &str| match needed {
        true => Finding::fail(CHECK, what, remedy),
        false => Finding::warn(CHECK, what, remedy),
    };
    let finding = match tools {
        Toolchain { cargo: None, .. } | Toolchain { rustc: None, .. } => complain(
            "there is no Rust here, and the programs are built from this checkout".to_owned(),
            "Install it (https://rustup.rs), or run what was built before: souk up --no-build",
        ),
        Toolchain {
            rustc: Some(rustc),
            oldest,
            ..
        } if number(rustc) < number(oldest) => complain(
            format!("{rustc} is too old: this checkout wants {oldest}"),
            "Bring it up to date: rustup update stable",
        ),
        Toolchain { has_cc: false, .. } => complain(
            "there is no C compiler, which SQLite and the TLS library are built with".to_owned(),
            "Install one (Debian: apt-get install build-essential; macOS: xcode-select --install)",
        ),
        Toolchain { rustc, .. } => Finding::ok(CHECK, rustc.clone().unwrap_or_default()),
    };
    vec![finding]
}

/// The first two numbers in `rustc 1.95.0 (59807616e 2026-04-14)`, or in `1.95`.
fn number(said: &str) -> Option<(u32, u32)> {
    let version = said
        .split_whitespace()
        .find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))?;
    let mut parts = version.split(['.', '-']).map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::super::finding::Verdict::{Fail, Ok as Well, Warn};
    use super::super::verdict;
    use super::*;

    fn tools() -> Toolchain {
        Toolchain {
            cargo: Some("cargo 1.95.0 (f2d3ce0bd 2026-03-21)".to_owned()),
            rustc: Some("rustc 1.95.0 (59807616e 2026-04-14)".to_owned()),
            oldest: "1.95".to_owned(),
            has_cc: true,
        }
    }

    #[test]
    fn manifests_that_cannot_be_run_are_a_failure_and_newer_ones_a_warning() {
        let refused = |facts: &mut Facts| {
            facts.manifests.refused = Some(("a.yaml:1: x".to_owned(), "Mend it.".to_owned()));
        };
        assert_eq!(verdict(manifests, refused), Fail);
        let newer = |facts: &mut Facts| facts.manifests.newer = vec!["orders.yaml".into()];
        assert_eq!(verdict(manifests, newer), Warn);
    }

    #[test]
    fn a_missing_executable_is_a_failure_unless_up_builds_it() {
        let missing = |are_built| {
            move |facts: &mut Facts| {
                let programs = facts.programs.as_mut().unwrap();
                programs.missing = vec!["orders".to_owned()];
                programs.are_built = are_built;
            }
        };
        assert_eq!(verdict(executables, missing(false)), Fail);
        assert_eq!(verdict(executables, missing(true)), Well);
    }

    #[test]
    fn an_executable_older_than_its_source_is_told_with_the_source() {
        let mut facts = Facts::of_a_healthy_machine();
        let programs = facts.programs.as_mut().unwrap();
        programs.stale = vec![("orders".to_owned(), "functions/orders/src/lib.rs".into())];
        let finding = executables(&facts).remove(0);
        assert_eq!(finding.verdict, Warn);
        assert!(finding.what.contains("functions/orders/src/lib.rs"));
    }

    #[test]
    fn tools_are_wanted_only_where_something_is_built() {
        assert!(toolchain(&Facts::of_a_healthy_machine()).is_empty());
        let with = |tools: Toolchain, missing: bool| {
            move |facts: &mut Facts| {
                facts.toolchain = Some(tools);
                let programs = facts.programs.as_mut().unwrap();
                programs
                    .missing
                    .extend(missing.then(|| "orders".to_owned()));
            }
        };
        assert_eq!(verdict(toolchain, with(tools(), true)), Well);
        let old = || Toolchain {
            rustc: Some("rustc 1.94.1 (e408947bf 2026-03-25)".to_owned()),
            ..tools()
        };
        assert_eq!(verdict(toolchain, with(old(), true)), Fail);
        assert_eq!(verdict(toolchain, with(old(), false)), Warn);
        let no_cc = Toolchain {
            has_cc: false,
            ..tools()
        };
        assert_eq!(verdict(toolchain, with(no_cc, true)), Fail);
        let none = Toolchain {
            cargo: None,
            ..tools()
        };
        assert_eq!(verdict(toolchain, with(none, true)), Fail);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(number("rustc 1.100.0-nightly") > number("1.95"));
        assert_eq!(number("nothing"), None);
    }
}
