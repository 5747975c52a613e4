//! One PostgreSQL cluster for each test process, gone when the process is: however that ends.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

use crate::binaries;

/// PostgreSQL refuses to run as root; nobody (on Debian, Fedora and Alpine alike) may.
const NOBODY: u32 = 65534;
const READY: &str = "database system is ready to accept connections";
/// Stops the server and removes its files as soon as the test process, which holds the other end of the pipe, is gone.
const GUARD: &str =
    r#"data="$1"; shift; "$@" & cat >/dev/null; kill -INT $!; wait $!; rm -rf "$data""#;
/// Durability is the one thing that no test here asks of it.
const FAST: [&str; 4] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
];

pub(crate) struct Cluster {
    folder: PathBuf,
    /// Its standard input is the pipe that keeps the server alive.
    _guard: Child,
}

impl Cluster {
    /// Starts a server that only this machine's files lead to.
    pub(crate) fn start() -> Result<Self, String> {
        let programs = binaries::find()?;
        let folder =
            private_folder().map_err(|error| format!("no folder for PostgreSQL: {error}"))?;
        initialise(&programs, &folder)?;
        let mut guard = launch(&programs, &folder)
            .map_err(|error| format!("PostgreSQL does not start: {error}"))?;
        until_ready(&mut guard)?;
        Ok(Self {
            folder,
            _guard: guard,
        })
    }

    /// The address of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@localhost/{database}?host={}",
            self.folder.display()
        )
    }
}

/// The guard removes it, as this process may not live to do so.
fn private_folder() -> io::Result<PathBuf> {
    let folder = TempDir::with_prefix("souk-test-")?.keep();
    if is_root()? {
        chown(&folder, Some(NOBODY), Some(NOBODY))?;
    }
    Ok(folder)
}

fn is_root() -> io::Result<bool> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}

fn unprivileged(program: impl AsRef<std::ffi::OsStr>) -> io::Result<Command> {
    let mut command = Command::new(program);
    if is_root()? {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.current_dir("/");
    Ok(command)
}

fn initialise(programs: &Path, folder: &Path) -> Result<(), String> {
    let output = unprivileged(programs.join("initdb")).and_then(|mut initdb| {
        initdb.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
        ]);
        initdb.arg(folder.join("data")).output()
    });
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "initdb failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
        Err(error) => Err(format!("initdb cannot be run: {error}")),
    }
}

fn launch(programs: &Path, folder: &Path) -> io::Result<Child> {
    let mut guard = unprivileged("sh")?;
    guard
        .args(["-c", GUARD, "guard"])
        .arg(folder)
        .arg(programs.join("postgres"));
    guard
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-c", "listen_addresses="]);
    for setting in FAST {
        guard.args(["-c", setting]);
    }
    // A group of its own: Ctrl-C is for the tests, and the pipe tells the guard.
    guard
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
}

fn until_ready(guard: &mut Child) -> Result<(), String> {
    let Some(stderr) = guard.stderr.take() else {
        return Err("PostgreSQL has no standard error".to_owned());
    };
    let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
    let mut said = Vec::new();
    for line in &mut lines {
        if line.contains(READY) {
            // What it says later is of no interest, but somebody has to listen.
            thread::spawn(move || lines.for_each(drop));
            return Ok(());
        }
        said.push(line);
    }
    Err(format!("PostgreSQL does not start:\n{}", said.join("\n")))
}
