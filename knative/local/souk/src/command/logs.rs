//! `souk logs`: what a function said, read from its file, so that a closed shop can be asked as well.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _, stdout};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::cli::LogsOptions;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::here;

/// Files do not tell when they grow.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(100);
const CHUNK_BYTES: usize = 64 * 1024;

/// Prints the log, and goes on when asked to.
pub(crate) fn print(options: &LogsOptions, data_dir: &DataDir) -> Outcome {
    let path = data_dir.log(&options.function);
    let mut file = File::open(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => unknown(&options.function, data_dir),
        _ => Failure::new(
            format!("{}: {error}", path.display()),
            "Ask as the user who opened the shop.",
        ),
    })?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = file
            .read(&mut chunk)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display()), ""))?;
        if read > 0 {
            if stdout().write_all(&chunk[..read]).is_err() {
                return Ok(());
            }
        } else if options.follow {
            sleep(LOOKED_AT_EVERY);
            begin_again_if_replaced(&mut file, &path);
        } else {
            return Ok(());
        }
    }
}

/// A log that was turned over is shorter than what was read of it.
fn begin_again_if_replaced(file: &mut File, path: &Path) {
    let read = file.stream_position().unwrap_or(0);
    if fs::metadata(path).is_ok_and(|now| now.len() < read)
        && let Ok(fresh) = File::open(path)
    {
        *file = fresh;
        let _ = file.seek(SeekFrom::Start(0));
    }
}

fn unknown(name: &str, data_dir: &DataDir) -> Failure {
    let entries = fs::read_dir(data_dir.log_folder())
        .into_iter()
        .flatten()
        .flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.path().file_stem()?.to_str().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    let remedy = if names.is_empty() {
        format!(
            "Nothing has run in {} yet: {} up",
            data_dir.path().display(),
            here()
        )
    } else {
        format!("These have said something: {}", names.join(", "))
    };
    Failure::new(
        format!(
            "there is no log of `{name}` in {}",
            data_dir.log_folder().display()
        ),
        remedy,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().to_owned()));
        data_dir.make().unwrap();
        assert!(
            unknown("orders", &data_dir)
                .to_string()
                .contains("Nothing has run")
        );
        fs::write(data_dir.log("orders"), "hello").unwrap();
        let said = unknown("order", &data_dir).to_string();
        assert!(
            said.contains("`order`") && said.contains("have said something: orders"),
            "{said}"
        );
    }
}
