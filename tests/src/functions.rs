//! A folder of executables in which one release of a function takes another one's place, as images do in a registry.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::process::{build, souk};
use crate::shop::Local;

/// Links to executables.
pub struct Functions(TempDir);

impl Functions {
    /// Those of this checkout; under each name that the previous release has, if `SOUK_PREVIOUS_RELEASE` names its folder, that
    /// one. Only `identity` and `intake` are this checkout's, which are upgraded together with the gate: it has its keys from the one,
    /// and no API keys any more for the other.
    ///
    /// # Panics
    ///
    /// When a folder cannot be read or a link cannot be made.
    #[must_use]
    pub fn of_the_previous_release() -> Self {
        build();
        let functions = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        functions.link(&this_checkout());
        if let Some(previous) = previous_release() {
            functions.link(&previous);
            functions.release("identity");
            functions.release("intake");
        }
        functions
    }

    /// What `souk up` is told to use them.
    #[must_use]
    pub fn arguments(&self) -> [String; 2] {
        [
            "--functions".to_owned(),
            self.0.path().display().to_string(),
        ]
    }

    /// From now on `name` is this checkout's.
    ///
    /// # Panics
    ///
    /// When the link cannot be made.
    pub fn release(&self, name: &str) {
        self.place(name, &this_checkout().join(name));
    }

    /// Brings the tables of `name` up to date with this checkout, as its Job does before a new revision takes traffic.
    ///
    /// # Panics
    ///
    /// When the function says that it could not.
    pub fn migrate(&self, name: &str, shop: &Local) {
        let url = shop.database_url(name);
        let mut migrate = Command::new(this_checkout().join(name));
        let output = migrate.arg("migrate").env("DATABASE_URL", url).output();
        let output = output.expect("the function can be started");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name} migrate: {said}");
    }

    fn link(&self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder of executables can be read") {
            let path = entry.expect("a folder of executables can be read").path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if is_executable(&path) {
                self.place(name, &path);
            }
        }
    }

    fn place(&self, name: &str, executable: &Path) {
        let link = self.0.path().join(name);
        let _ = fs::remove_file(&link);
        let target = fs::canonicalize(executable).expect("the executable is there");
        symlink(target, link).expect("a link can be made");
    }
}

/// The folder that `SOUK_PREVIOUS_RELEASE` names.
#[must_use]
pub fn previous_release() -> Option<PathBuf> {
    env::var_os("SOUK_PREVIOUS_RELEASE").map(PathBuf::from)
}

fn this_checkout() -> PathBuf {
    let souk = souk();
    souk.parent().expect("souk stands in a folder").to_owned()
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
