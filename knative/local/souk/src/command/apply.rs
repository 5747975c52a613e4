//! `souk apply`: has the running shop read its manifests again, and tells what became of each object.

use crate::apply::Applied;
use crate::cli::ApplyOptions;
use crate::control::client::{ask, post_for_long, read};
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, me};

/// Prints a line for each object. New revisions that are not ready make it fail, although the rest was applied.
pub(crate) fn print(options: &ApplyOptions, data_dir: &DataDir) -> Outcome {
    let path = if options.no_build {
        "/apply"
    } else {
        "/apply?build=true"
    };
    let said = ask(post_for_long(data_dir, path))?;
    let applied: Applied = read(&said)?;
    answer(&applied.lines.join("\n"));
    if applied.not_ready.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        applied.not_ready.join("\n"),
        format!("Requests go where they went. Look: {} revisions", me()),
    ))
}
