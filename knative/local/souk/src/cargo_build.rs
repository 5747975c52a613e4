//! Builds the executables that the plan names, with cargo's own progress on the terminal.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::failure::{Failure, Outcome};
use crate::repository::Repository;
use crate::terminal::{me, progress};

/// Builds `wanted`, all of them programs of this workspace.
pub(crate) async fn build(repository: &Repository, wanted: &BTreeSet<&String>) -> Outcome {
    if wanted.is_empty() {
        return Ok(());
    }
    progress(&format!(
        "building what changed among {} programs",
        wanted.len()
    ));
    // Without `--package`, so that features are those of the whole workspace and nothing is compiled twice.
    let mut cargo = cargo(repository.root());
    cargo.arg("build").args(profile());
    cargo.args(wanted.iter().flat_map(|name| ["--bin", name.as_str()]));
    let otherwise = format!("run what was built before: {} up --no-build", me());
    succeed(cargo, "the shop", &otherwise).await
}

/// Builds the program that checks the books.
pub(crate) async fn audit(repository: &Repository, program: &str) -> Outcome {
    let mut cargo = cargo(repository.root());
    cargo.args(["build", "--bin", program]).args(profile());
    let otherwise = format!("run what was built before: {program} --data-dir DIR");
    succeed(cargo, "the audit", &otherwise).await
}

/// Builds the library that moves the clock.
pub(crate) async fn clock(repository: &Repository) -> Outcome {
    let mut cargo = cargo(repository.root());
    cargo
        .args(["build", "--package", "souk-clock"])
        .args(profile());
    let otherwise = "leave --movable-clock out.";
    succeed(cargo, "the library that moves the clock", otherwise).await
}

/// Builds `what`; `otherwise` is what else can be done when that fails.
async fn succeed(mut cargo: Command, what: &str, otherwise: &str) -> Outcome {
    let status = cargo.status().await.map_err(|error| no_cargo(&error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("cargo could not build {what}; its messages are above"),
        format!("Mend them, or {otherwise}"),
    ))
}

/// The programs that this workspace has.
pub(crate) async fn programs(root: &Path) -> Outcome<BTreeSet<String>> {
    let mut cargo = cargo(root);
    cargo
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stderr(Stdio::inherit());
    let output = cargo.output().await.map_err(|error| no_cargo(&error))?;
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
        Failure::new(
            format!("cargo metadata: {error}"),
            format!("Type it yourself in {}", root.display()),
        )
    })?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let programs = targets.filter(|target| target["kind"][0] == "bin");
    Ok(programs
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .collect())
}

/// cargo as `cargo run` called this process, without what that said about this package.
fn cargo(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command
        .current_dir(root)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let about_this_package = |name: &str| {
        let prefixes = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
            "CARGO_PRIMARY_",
        ];
        prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(about_this_package) {
            command.env_remove(name);
        }
    }
    command
}

/// The functions are built as souk itself was.
fn profile() -> &'static [&'static str] {
    if cfg!(debug_assertions) {
        &[]
    } else {
        &["--release"]
    }
}

fn no_cargo(error: &std::io::Error) -> Failure {
    Failure::new(
        format!("cargo cannot be started: {error}"),
        format!(
            "Install Rust (https://rustup.rs), or run what was built before: {} up --no-build",
            me()
        ),
    )
}
