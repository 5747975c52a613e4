//! Which PostgreSQL is run: the one given, the one fetched before, one fetched now, or the machine's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::fetch;
use crate::user::User;
use crate::{EngineError, Progress};

/// The oldest version whose SQL the functions are written for.
pub const OLDEST_MAJOR: u32 = 15;

/// PostgreSQL's executables.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
    pub(super) version: String,
}

/// What is asked for.
pub(super) struct Wish<'a> {
    /// These and no others.
    pub(super) given: Option<&'a Path>,
    pub(super) data_dir: &'a Path,
    /// Who has to be able to run them.
    pub(super) user: Option<User>,
    /// The version that made the cluster; only it can read it.
    pub(super) major: Option<u32>,
}

impl Programs {
    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    /// The fetched version, in the folder it was unpacked to.
    pub(super) fn fetched(folder: &Path) -> Option<Self> {
        let folder = folder.join("bin");
        folder.join("postgres").is_file().then(|| Self {
            folder,
            major: fetch::MAJOR,
            version: fetch::VERSION.to_owned(),
        })
    }

    /// What is in a folder of executables, asked from `postgres --version`.
    fn asked(folder: &Path) -> Option<Self> {
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let said = String::from_utf8(output.stdout).ok()?;
        // `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`
        let version = said.split_whitespace().nth(2)?.to_owned();
        let major = version.split(['.', 'b', 'r']).next()?.parse().ok()?;
        folder.join("initdb").is_file().then(|| Self {
            folder: folder.to_owned(),
            major,
            version,
        })
    }
}

/// The programs to run.
pub(super) async fn find(wish: &Wish<'_>, progress: &Progress) -> Result<Programs, EngineError> {
    if let Some(given) = wish.given {
        return in_given_folder(given, wish.major);
    }
    let may_be_fetched = wish.major.is_none_or(|major| major == fetch::MAJOR);
    let why_not_fetched = if may_be_fetched {
        match fetch::cached_or_fetched(wish.data_dir, wish.user, progress).await {
            Ok(programs) => return Ok(programs),
            Err(why) => why,
        }
    } else {
        format!(
            "the data were written by another major version than {}",
            fetch::MAJOR
        )
    };
    let programs = own(wish.major).ok_or_else(|| none(wish, &why_not_fetched))?;
    progress.say(format!(
        "{why_not_fetched}; using {} of this machine ({})",
        programs.version,
        programs.folder.display()
    ));
    Ok(programs)
}

/// What is in the folder that was named, or in the folder `bin` within it.
pub(super) fn named(given: &Path) -> Option<Programs> {
    Programs::asked(given).or_else(|| Programs::asked(&given.join("bin")))
}

fn in_given_folder(given: &Path, major: Option<u32>) -> Result<Programs, EngineError> {
    let Some(programs) = named(given) else {
        return Err(EngineError::new(
            format!(
                "--postgres-bin {}: no initdb and postgres that can be run in there",
                given.display()
            ),
            "Name the folder that holds them, such as /usr/lib/postgresql/18/bin, or leave the option out.",
        ));
    };
    if programs.major < OLDEST_MAJOR {
        return Err(EngineError::new(
            format!(
                "--postgres-bin {}: PostgreSQL {} is too old",
                given.display(),
                programs.version
            ),
            format!("Name a folder with version {OLDEST_MAJOR} or newer, or leave the option out."),
        ));
    }
    match major {
        Some(written_by) if written_by != programs.major => Err(EngineError::new(
            format!(
                "PostgreSQL {} cannot read data that version {written_by} wrote",
                programs.version
            ),
            format!(
                "Name a folder with version {written_by}, or begin anew: souk up --data-dir <new dir>"
            ),
        )),
        _ => Ok(programs),
    }
}

/// The machine's own: of this major version, or the newest there is.
fn own(major: Option<u32>) -> Option<Programs> {
    let usable = on_this_machine()
        .filter(|one| one.major >= OLDEST_MAJOR && major.is_none_or(|major| major == one.major));
    usable.max_by_key(|one| one.major)
}

/// All of the machine's own, of whatever age.
pub(super) fn on_this_machine() -> impl Iterator<Item = Programs> {
    let folders = folders_on_this_machine().into_iter();
    folders.filter_map(|folder| Programs::asked(&folder))
}

fn folders_on_this_machine() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders.retain(|folder| folder.join("postgres").is_file());
    folders
}

fn none(wish: &Wish<'_>, why_not_fetched: &str) -> EngineError {
    let wanted = match wish.major {
        Some(major) => format!(
            "PostgreSQL {major} (the version that wrote {})",
            wish.data_dir.display()
        ),
        None => format!("PostgreSQL {OLDEST_MAJOR} or newer"),
    };
    EngineError::new(
        format!("no PostgreSQL: {why_not_fetched}; and there is no {wanted} on this machine"),
        "Connect to the internet once and type `souk up` again, or install it (Debian: apt-get install postgresql), \
         or name its folder: souk up --postgres-bin <dir>",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_postgresql_is_refused_with_the_option_that_named_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = in_given_folder(folder.path(), None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("--postgres-bin") && error.contains("leave the option out"),
            "{error}"
        );
    }

    #[test]
    fn when_nothing_can_be_had_the_error_says_what_to_type() {
        let wish = Wish {
            given: None,
            data_dir: Path::new(".souk"),
            user: None,
            major: Some(17),
        };
        let error = none(&wish, "no network").to_string();
        assert!(
            error.contains("no network") && error.contains("PostgreSQL 17"),
            "{error}"
        );
        assert!(error.contains("souk up --postgres-bin <dir>"), "{error}");
    }
}
