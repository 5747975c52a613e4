//! The library in a process that knows nothing of it: `date` of the machine.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

const HOUR: i64 = 3_600;
/// Between two looks at the clock in one test, on a slow machine.
const SLACK: i64 = 120;

/// Built by cargo beside the tests' own folder; `cargo test` does not build a library that nothing links.
fn library() -> PathBuf {
    let own = std::env::current_exe().expect("the test knows its own path");
    let profile = own.ancestors().skip(1).find(|one| !one.ends_with("deps"));
    let built = Command::new(env!("CARGO"))
        .args(["build", "--package", "souk-clock"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.expect("cargo can be started").success());
    let profile = profile.expect("executables stand in target/<profile>");
    profile.join("libsouk_clock.so")
}

fn write(file: &Path, hours: i64) {
    let offset = hours * HOUR * 1_000_000_000;
    let words = [offset.to_ne_bytes(), (!offset).to_ne_bytes()].concat();
    fs::write(file, words).expect("the file can be written");
}

/// What `date` says, in seconds, with the library and this offset file.
fn date(file: &Path) -> i64 {
    let output = Command::new("date")
        .arg("+%s")
        .env("LD_PRELOAD", library())
        .env("SOUK_CLOCK", file)
        .output()
        .expect("date can be started");
    assert!(output.stderr.is_empty(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout);
    said.trim().parse().expect("date says a number")
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("it is after 1970").as_secs().cast_signed()
}

#[test]
fn a_process_sees_the_time_with_the_offset() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clock");
    write(&file, 25);
    let ahead = date(&file) - now();
    assert!((ahead - 25 * HOUR).abs() < SLACK, "{ahead}");
}

#[test]
fn without_a_usable_file_the_time_is_the_systems() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clock");
    assert!((date(&file) - now()).abs() < SLACK, "no file");
    fs::write(&file, [1; 8]).unwrap();
    assert!((date(&file) - now()).abs() < SLACK, "half a file");
}
