//! The executables, how old they are, and what builds them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use souk_plan::model::Plan;

use super::super::facts::{Programs, Toolchain};
use super::place::modified;
use crate::cli::UpOptions;
use crate::control::client::ask;
use crate::operator::Needs;
use crate::repository::Repository;
use crate::{cargo_build, programs};

/// C compilers, as the build scripts of the dependencies look for them.
const C_COMPILERS: [&str; 3] = ["cc", "gcc", "clang"];

/// Those that the plan wants, stand-ins included; none: souk does not know where it is itself.
pub(super) fn programs(
    plan: &Plan,
    options: &UpOptions,
    repository: Option<&Repository>,
) -> Option<Programs> {
    let buildable = repository.and_then(|one| ask(cargo_build::programs(one.root())).ok());
    let are_built = buildable.is_some();
    let found = programs::Programs::of(plan, options, buildable.unwrap_or_default()).ok()?;
    let needs = Needs::of(&plan.needs, &|name| found.is_stand_in(name));
    let wanted = found.wanted(&needs.stand_ins());
    let missing = found.missing(&wanted);
    Some(Programs {
        folder: found.folder().to_owned(),
        wanted: wanted.len(),
        missing: missing.into_iter().map(str::to_owned).collect(),
        stale: stale(found.folder(), &wanted),
        are_built,
    })
}

fn stale(folder: &Path, wanted: &BTreeSet<String>) -> Vec<(String, PathBuf)> {
    let with_source = |name: &String| Some((name.clone(), newer_source(&folder.join(name))?));
    wanted.iter().filter_map(with_source).collect()
}

/// A source that was written after the program was built, by the list that cargo leaves beside it.
fn newer_source(program: &Path) -> Option<PathBuf> {
    let built = modified(program)?;
    let list = fs::read_to_string(program.with_added_extension("d")).ok()?;
    let mut sources = sources(&list).into_iter();
    sources.find(|source| modified(source).is_some_and(|written| written > built))
}

/// `program: source source`, as make reads it: a space within a name has a backslash before it.
fn sources(list: &str) -> Vec<PathBuf> {
    let Some((_, names)) = list.lines().next().and_then(|line| line.split_once(": ")) else {
        return Vec::new();
    };
    let names = names.replace("\\ ", "\0");
    let names = names.split_whitespace();
    names
        .map(|name| PathBuf::from(name.replace('\0', " ")))
        .collect()
}

/// What would build them in this checkout.
pub(super) fn toolchain(repository: &Repository) -> Toolchain {
    let manifest = fs::read_to_string(repository.root().join("Cargo.toml")).unwrap_or_default();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    Toolchain {
        cargo: version_of(&cargo),
        rustc: version_of("rustc"),
        oldest: oldest(&manifest).unwrap_or_default(),
        has_cc: C_COMPILERS.iter().any(|name| version_of(name).is_some()),
    }
}

/// The first line that a program says to `--version`; none: there is no such program.
fn version_of(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().next().filter(|_| output.status.success())?;
    Some(line.to_owned())
}

/// `rust-version = "1.95"`
fn oldest(manifest: &str) -> Option<String> {
    let mut lines = manifest.lines();
    let line = lines.find_map(|line| line.trim().strip_prefix("rust-version"))?;
    Some(line.split('"').nth(1)?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn sources_are_listed_as_make_reads_them() {
        let list = "/t/orders: /s/a.rs /s/with\\ space/b.rs\n";
        assert_eq!(
            sources(list),
            ["/s/a.rs", "/s/with space/b.rs"].map(PathBuf::from)
        );
        assert!(sources("").is_empty());
    }

    #[test]
    fn a_program_is_stale_when_a_source_is_newer_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str, seconds| {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            let path = folder.path().join(name);
            File::create(&path).unwrap().set_modified(time).unwrap();
            path
        };
        let (program, source) = (at("orders", 20), at("lib.rs", 10));
        let list = format!("{}: {}\n", program.display(), source.display());
        fs::write(folder.path().join("orders.d"), list).unwrap();
        assert_eq!(newer_source(&program), None);
        let source = at("lib.rs", 30);
        assert_eq!(newer_source(&program), Some(source));
        assert_eq!(newer_source(&folder.path().join("carts")), None);
    }

    #[test]
    fn the_oldest_rust_is_the_workspaces() {
        let manifest = "[workspace.package]\nrust-version = \"1.95\"\n";
        assert_eq!(oldest(manifest).as_deref(), Some("1.95"));
    }

    #[test]
    fn a_program_that_is_not_there_has_no_version() {
        assert_eq!(version_of("no-such-program"), None);
    }
}
