//! Processes and executables of the shop under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Sends a signal to a process of this shop.
///
/// # Panics
///
/// When there is no such process.
pub fn signal(pid: i32, signal: i32) {
    assert!(
        signal_if_there(pid, signal),
        "kill({pid}, {signal}): {}",
        std::io::Error::last_os_error()
    );
}

/// The same, for a process that may have ended meanwhile; whether it was there.
pub fn signal_if_there(pid: i32, signal: i32) -> bool {
    // SAFETY: kill(2) touches no memory; the pid comes from the shop that this test started.
    #[allow(unsafe_code)]
    let result = unsafe { libc::kill(pid, signal) };
    result == 0
}

/// Ends a process without asking it; whether it was there.
pub fn kill(pid: i32) -> bool {
    signal_if_there(pid, libc::SIGKILL)
}

/// Stops a process and its children where they are; [`thaw`] lets them go on.
pub fn freeze(pid: i32) -> bool {
    for child in children(pid) {
        freeze(child);
    }
    signal_if_there(pid, libc::SIGSTOP)
}

/// Lets a process and its children go on.
pub fn thaw(pid: i32) -> bool {
    let was_there = signal_if_there(pid, libc::SIGCONT);
    for child in children(pid) {
        thaw(child);
    }
    was_there
}

/// The children of a process.
#[must_use]
pub fn children(pid: i32) -> Vec<i32> {
    let file = format!("/proc/{pid}/task/{pid}/children");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let pids = text.split_whitespace();
    pids.filter_map(|pid| pid.parse().ok()).collect()
}

/// A line of a process's status in KiB, such as `VmRSS:`; 0 when there is none.
#[must_use]
pub fn status_kib(pid: i32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let mut found = status.lines().filter_map(|text| text.strip_prefix(line));
    let number = found.next().and_then(|rest| rest.split_whitespace().next());
    number.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Whether a process exists that has not ended (a zombie has).
#[must_use]
pub fn is_running(pid: i32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| !rest.starts_with('Z'))
}

/// The repository's root.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The executable `souk`, beside the test's own.
///
/// # Panics
///
/// When the test does not know where it is itself.
#[must_use]
pub fn souk() -> PathBuf {
    let own = std::env::current_exe().expect("the test knows its own path");
    let mut folders = own.ancestors().skip(1);
    let profile = folders.find(|folder| !folder.ends_with("deps"));
    profile
        .expect("executables stand in target/<profile>")
        .join("souk")
}

/// `cargo test` builds the tests' own executables only: build the shop's, once, and the library that moves its clock. As they are with
/// `SOUK_NO_BUILD`.
pub(crate) fn build() {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        if std::env::var_os("SOUK_NO_BUILD").is_some() {
            return;
        }
        cargo_build(&["--bins"]);
        // A library is none of the `--bins`.
        cargo_build(&["--package", "souk-clock"]);
    });
}

/// Builds as this program was built.
fn cargo_build(what: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg("build").args(what).current_dir(repository());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // What cargo says of this package would have it build others' build scripts again.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    let status = cargo.status().expect("cargo can be started");
    assert!(status.success(), "cargo build {what:?} failed");
}
