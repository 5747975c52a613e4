//! The library that moves the clock, in this process and in those that it starts.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::system;

/// What cargo calls the library of `knative/local/clock`.
pub(super) const LIBRARY: &str = "libsouk_clock.so";
/// What the loader of Linux loads before everything else.
const LOADED_FIRST: &str = "LD_PRELOAD";
/// Where the library finds the offset.
const CLOCK: &str = "SOUK_CLOCK";

/// A library to load and the clock that it follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preload {
    library: PathBuf,
    clock: PathBuf,
}

impl Preload {
    /// That this process began with, if it did. It is taken out of the environment: what is started from here on gets it when it is told
    /// to, and PostgreSQL never. To be called while there is one thread.
    pub(crate) fn taken() -> Option<Self> {
        let clock = PathBuf::from(std::env::var_os(CLOCK)?);
        let (library, others) = first_of(&std::env::var_os(LOADED_FIRST)?);
        let library = library.filter(|library| library.ends_with(LIBRARY))?;
        system::set_variable(CLOCK, None);
        system::set_variable(LOADED_FIRST, others.as_deref());
        Some(Self { library, clock })
    }

    pub(super) fn new(library: PathBuf, clock: PathBuf) -> Result<Self, Failure> {
        let separators = |byte: &u8| b" :".contains(byte);
        if library.as_os_str().as_bytes().iter().any(separators) {
            return Err(Failure::new(
                format!(
                    "{} cannot be loaded: {LOADED_FIRST} takes no path with a space or a colon",
                    library.display()
                ),
                "Copy souk and what is beside it to another folder.",
            ));
        }
        Ok(Self { library, clock })
    }

    pub(super) fn is_for(&self, clock: &Path) -> bool {
        self.clock == clock
    }

    /// Whether the loader did as it was told, which it does not say itself.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        if maps.contains(LIBRARY) {
            return Ok(());
        }
        Err(Failure::new(
            format!(
                "{} was not loaded into this process",
                self.library.display()
            ),
            "The clock can be moved on Linux with glibc, by a souk that is linked dynamically. Leave --movable-clock out.",
        ))
    }

    /// Makes this process the same program once more, with the library. Gives why it did not.
    pub(super) fn begin_again(&self) -> Failure {
        let began = std::env::current_exe().map(|own| {
            let mut command = Command::new(own);
            command
                .args(std::env::args_os().skip(1))
                .envs(self.variables());
            command.exec()
        });
        let error: io::Error = began.unwrap_or_else(|error| error);
        Failure::new(format!("souk cannot start itself: {error}"), "")
    }

    /// What a process has in its environment to see the moved clock.
    pub(crate) fn variables(&self) -> [(&'static str, &OsStr); 2] {
        [
            (LOADED_FIRST, self.library.as_os_str()),
            (CLOCK, self.clock.as_os_str()),
        ]
    }
}

/// The first library, and what is left for somebody else.
fn first_of(libraries: &OsStr) -> (Option<PathBuf>, Option<OsString>) {
    let mut parts = libraries.as_bytes().splitn(2, |byte| b" :".contains(byte));
    let mut next = || {
        let part = parts.next().filter(|part| !part.is_empty());
        part.map(|part| OsString::from_vec(part.to_vec()))
    };
    (next().map(PathBuf::from), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_else_is_loaded_first_stays() {
        for (text, library, others) in [
            ("/t/libsouk_clock.so", "/t/libsouk_clock.so", None),
            (
                "/t/a.so:/t/b.so /t/c.so",
                "/t/a.so",
                Some("/t/b.so /t/c.so"),
            ),
        ] {
            let (first, left) = first_of(OsStr::new(text));
            assert_eq!(first, Some(PathBuf::from(library)));
            assert_eq!(left, others.map(OsString::from));
        }
        assert_eq!(first_of(OsStr::new("")), (None, None));
    }

    #[test]
    fn a_path_that_the_loader_would_cut_is_refused() {
        for path in ["/my shop/libsouk_clock.so", "/a:b/libsouk_clock.so"] {
            assert!(
                Preload::new(path.into(), "/clock".into()).is_err(),
                "{path}"
            );
        }
    }

    #[test]
    fn a_process_is_told_the_library_and_its_clock() {
        let preload = Preload::new("/t/libsouk_clock.so".into(), "/d/clock".into()).unwrap();
        let wanted = [
            ("LD_PRELOAD", "/t/libsouk_clock.so"),
            ("SOUK_CLOCK", "/d/clock"),
        ];
        assert_eq!(
            preload
                .variables()
                .map(|(name, value)| (name, value.to_str().unwrap())),
            wanted
        );
    }
}
