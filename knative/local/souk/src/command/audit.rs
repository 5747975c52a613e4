//! `souk audit`: starts the program `audit`, which knows the functions' tables; this one does not.

use std::path::PathBuf;
use std::process::Command;

use crate::cargo_build;
use crate::cli::AuditOptions;
use crate::control::client::ask;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::repository::Repository;
use crate::terminal::me;

const PROGRAM: &str = "audit";

/// Has the books of the running shop checked; what is wrong is the program's to say.
pub(crate) fn run(options: &AuditOptions, data_dir: &DataDir) -> Outcome {
    if data_dir.holder().is_none() {
        return Err(data_dir.not_running());
    }
    let program = program()?;
    let mut audit = Command::new(&program);
    audit.arg("--data-dir").arg(data_dir.path());
    audit.args(["--wait", &options.wait.to_string()]);
    audit.args(options.json.then_some("--json"));
    audit.args(options.all.then_some("--all"));
    let ended = audit.status();
    let ended =
        ended.map_err(|error| Failure::new(format!("{}: {error}", program.display()), ""))?;
    match ended.success() {
        true => Ok(()),
        false => Err(Failure::told(ended.code().unwrap_or(1))),
    }
}

/// Beside this program; built first when cargo runs it from a checkout.
fn program() -> Outcome<PathBuf> {
    let is_run_by_cargo = std::env::var_os("CARGO").is_some();
    let checkout = Repository::around_here().filter(Repository::is_cargo_workspace);
    if let Some(checkout) = checkout.filter(|_| is_run_by_cargo) {
        ask(cargo_build::audit(&checkout, PROGRAM))?;
    }
    beside()
}

/// The program beside this one, as it was built last.
pub(crate) fn beside() -> Outcome<PathBuf> {
    let own = std::env::current_exe().map_err(|error| Failure::new(error, ""))?;
    let program = own.with_file_name(PROGRAM);
    if program.is_file() {
        return Ok(program);
    }
    let what = format!("there is no {}", program.display());
    Err(Failure::new(
        what,
        format!("Build it beside {}: cargo build --bin {PROGRAM}", me()),
    ))
}
