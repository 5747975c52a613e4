//! The executables of functions, Jobs and stand-ins: where they are, which are wanted, and that none is missing.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use souk_plan::model::Plan;

use crate::cli::UpOptions;
use crate::failure::{Failure, Outcome};
use crate::repository::Repository;
use crate::terminal::me;

/// The folder they are in, and what cargo could put there.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    buildable: BTreeSet<String>,
    of_the_plan: BTreeSet<String>,
    /// Functions and Jobs are run from images: only stand-ins are executables.
    in_images: bool,
}

impl Programs {
    pub(crate) fn of(
        plan: &Plan,
        options: &UpOptions,
        buildable: BTreeSet<String>,
    ) -> Outcome<Self> {
        let functions = plan.services.iter().map(|service| &service.container);
        let containers = functions.chain(plan.jobs.iter().map(|job| &job.container));
        Ok(Self {
            folder: folder(options)?,
            buildable,
            of_the_plan: containers
                .map(|container| container.executable.clone())
                .collect(),
            in_images: options.images.is_some(),
        })
    }

    /// Where they are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// An executable that is neither a function nor a Job stands in for something outside the cluster.
    pub(crate) fn is_stand_in(&self, name: &str) -> bool {
        let exists = self.buildable.contains(name) || is_executable(&self.folder.join(name));
        exists && !self.of_the_plan.contains(name)
    }

    /// All that are wanted, these stand-ins included.
    pub(crate) fn wanted(&self, stand_ins: &[String]) -> BTreeSet<String> {
        let of_the_plan = self.of_the_plan.iter().filter(|_| !self.in_images);
        of_the_plan.chain(stand_ins).cloned().collect()
    }

    /// Those of them that cargo builds.
    pub(crate) fn buildable_of<'a>(&self, wanted: &'a BTreeSet<String>) -> BTreeSet<&'a String> {
        wanted
            .iter()
            .filter(|name| self.buildable.contains(*name))
            .collect()
    }

    /// Those that are not there.
    pub(crate) fn missing<'a>(&self, wanted: &'a BTreeSet<String>) -> Vec<&'a str> {
        wanted
            .iter()
            .filter(|name| !is_executable(&self.folder.join(name)))
            .map(String::as_str)
            .collect()
    }

    /// Names those that are not there.
    pub(crate) fn check(&self, wanted: &BTreeSet<String>) -> Outcome {
        let missing = self.missing(wanted);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::new(
            format!(
                "{} holds no executable for: {}",
                self.folder.display(),
                missing.join(", ")
            ),
            format!(
                "Build them (leave --no-build out), or name their folder: {} up --functions <dir>",
                me()
            ),
        ))
    }
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// The folder asked for, or the one that souk itself is in.
pub(crate) fn folder(options: &UpOptions) -> Outcome<PathBuf> {
    if let Some(folder) = &options.functions {
        let absolute = std::path::absolute(folder);
        return absolute.map_err(|error| {
            Failure::new(format!("--functions {}: {error}", folder.display()), "")
        });
    }
    let own = std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.to_owned()));
    own.ok_or_else(|| {
        Failure::new(
            "souk does not know where it is",
            format!("Name the executables: {} up --functions <dir>", me()),
        )
    })
}

/// The checkout to build in, unless somebody brought executables or forbade it.
pub(crate) fn to_build_in(options: &UpOptions) -> Option<Repository> {
    let wanted = !options.no_build && options.functions.is_none();
    Repository::around_here().filter(|repository| wanted && repository.is_cargo_workspace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(folder: &Path) -> Programs {
        let names = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        Programs {
            folder: folder.to_owned(),
            buildable: names(&["orders", "mail-server"]),
            of_the_plan: names(&["orders"]),
            in_images: false,
        }
    }

    fn write(folder: &Path, name: &str, mode: u32) {
        let path = folder.join(name);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_stand_in_is_an_executable_that_is_no_function() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "payment-provider", 0o755);
        write(folder.path(), "telemetry", 0o644);
        let programs = programs(folder.path());
        assert!(programs.is_stand_in("mail-server") && programs.is_stand_in("payment-provider"));
        assert!(!programs.is_stand_in("orders") && !programs.is_stand_in("telemetry"));
    }

    #[test]
    fn a_file_that_cannot_be_run_is_no_executable() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "orders", 0o644);
        let programs = programs(folder.path());
        assert!(programs.check(&programs.wanted(&[])).is_err());
        write(folder.path(), "orders", 0o755);
        programs.check(&programs.wanted(&[])).unwrap();
    }

    #[test]
    fn what_runs_from_images_needs_no_executable() {
        let mut programs = programs(Path::new("/nonexistent"));
        programs.in_images = true;
        let wanted = programs.wanted(&["mail-server".to_owned()]);
        assert_eq!(wanted, BTreeSet::from(["mail-server".to_owned()]));
        assert!(!programs.is_stand_in("orders"));
    }

    #[test]
    fn missing_executables_are_named_all_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let programs = programs(folder.path());
        let wanted = programs.wanted(&["mail-server".to_owned()]);
        let said = programs.check(&wanted).unwrap_err().to_string();
        assert!(
            said.contains("mail-server, orders") && said.contains("--functions"),
            "{said}"
        );
    }
}
