//! Looks at the machine. Whatever cannot be found out is left out, or is a fact itself; nothing here fails.

mod files;
mod machine;
mod place;
mod ports;
mod postgres;
mod processes;
mod programs;

use std::path::{Path, PathBuf};

use clap::Parser as _;
use serde_json::Value;

use super::facts::{Facts, Shop};
use crate::cli::{Cli, Command, DoctorOptions, UpOptions};
use crate::control::client::{ask, get, read};
use crate::data_dir::DataDir;
use crate::terminal::{here, me};

/// What the checks look at.
pub(super) fn facts(options: &DoctorOptions, data_dir: &DataDir) -> Facts {
    let holder = data_dir.holder();
    // Paths that the open shop was given are seen from where it was opened. This process ends soon and has no other use for its own.
    if let Some(pid) = holder {
        let _ = std::env::set_current_dir(format!("/proc/{pid}/cwd"));
    }
    let up = holder
        .and_then(options_of)
        .unwrap_or_else(|| as_for_up(options));
    let (manifests, plan) = files::manifests(&up.sources, read_at(holder, data_dir).as_deref());
    let repository = crate::programs::to_build_in(&up);
    Facts {
        me: me().to_owned(),
        here: here(),
        shop: shop(holder, data_dir),
        place: place::place(data_dir),
        clock: place::clock(data_dir),
        ports: ports::ports(options, holder, data_dir),
        postgres: postgres::postgres(data_dir.path(), up.postgres_bin.as_deref()),
        manifests,
        programs: plan.and_then(|plan| programs::programs(&plan, &up, repository.as_ref())),
        toolchain: repository.as_ref().map(programs::toolchain),
        disks: machine::disks(data_dir, repository.as_ref()),
        memory_bytes: machine::memory(),
        open_files: machine::open_files(holder),
        left_behind: processes::left_behind(&data_dir.log_folder(), holder),
    }
}

fn shop(holder: Option<u32>, data_dir: &DataDir) -> Shop {
    let Some(pid) = holder else {
        return Shop::Closed;
    };
    let said = ask(get(data_dir, "/ps")).and_then(|said| read::<Value>(&said));
    Shop::Open {
        pid,
        parts: said.map_err(|failure| failure.what().to_owned()),
    }
}

/// What the open shop was given, from its command line.
fn options_of(pid: u32) -> Option<UpOptions> {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let mut options = parsed(&line)?;
    if options.functions.is_none() && !options.no_build {
        return Some(options);
    }
    // Executables are beside that souk, not beside this one.
    let beside = std::fs::read_link(format!("/proc/{pid}/exe")).ok();
    let beside = beside.and_then(|program| program.parent().map(Path::to_owned));
    options.functions = options.functions.or(beside);
    Some(options)
}

fn parsed(line: &[u8]) -> Option<UpOptions> {
    let words = line.split(|byte| *byte == 0);
    let words = words.filter(|word| !word.is_empty());
    let words: Vec<&str> = words
        .filter_map(|word| std::str::from_utf8(word).ok())
        .collect();
    match Cli::try_parse_from(words).ok()?.command {
        Command::Up(options) => Some(options),
        _ => None,
    }
}

/// What a shop would be given that is opened now.
fn as_for_up(options: &DoctorOptions) -> UpOptions {
    let mut up = parsed(b"souk\0up\0").unwrap_or_else(|| unreachable!("`souk up` is a command"));
    up.listen = options.listen;
    up.console = options.console;
    up.sources = options.sources.clone();
    up.functions.clone_from(&options.functions);
    up.postgres_bin.clone_from(&options.postgres_bin);
    up
}

/// The file that an open shop writes whenever it has read the manifests.
fn read_at(holder: Option<u32>, data_dir: &DataDir) -> Option<PathBuf> {
    holder.map(|_| data_dir.credentials())
}

/// The nearest folder upwards that is there.
fn nearest(path: &Path) -> &Path {
    let mut upwards = path.ancestors();
    upwards
        .find(|folder| folder.is_dir())
        .unwrap_or_else(|| Path::new("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_tells_what_the_shop_was_given() {
        let words = [
            "target/debug/souk",
            "up",
            "--in-background",
            "--listen",
            "127.0.0.1:9",
            "--functions",
            "bin",
            "",
        ];
        let line = words.join("\0");
        let options = parsed(line.as_bytes()).unwrap();
        assert_eq!(options.listen.port(), 9);
        assert_eq!(options.functions, Some("bin".into()));
        assert!(parsed(b"souk\0ps\0").is_none());
        assert!(parsed(b"").is_none());
    }

    #[test]
    fn the_nearest_folder_is_found_upwards() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(nearest(&folder.path().join("a/b")), folder.path());
    }
}
