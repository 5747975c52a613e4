//! PostgreSQL clusters for one test process, gone when the process is: however that ends.

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder},
    io::{self, BufRead, BufReader},
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, chown},
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
const REPLICA_READY: &str = "database system is ready to accept read-only connections";
/// Stops the server and removes its files as soon as the test process, which holds the other end of the pipe, is gone.
const GUARD: &str =
    r#"data="$1"; shift; "$@" & cat >/dev/null; kill -INT $!; wait $!; rm -rf "$data""#;
/// Durability is the one thing that no test here asks of it.
const FAST: [&str; 5] = [
    "fsync=off",
    "synchronous_commit=off",
    // What a replica waits for.
    "wal_writer_delay=10ms",
    "full_page_writes=off",
    "max_connections=300",
];

pub(crate) struct Cluster {
    folder: PathBuf,
    /// Its standard input is the pipe that keeps the server alive.
    guard: Child,
}

impl Cluster {
    /// Starts a server that only this machine's files lead to.
    pub(crate) fn start() -> Result<Self, String> {
        let (folder, programs) = prepare()?;
        programs.initialise(folder.path())?;
        Self::serve(folder, &programs, &[], READY)
    }

    /// Starts a replica that streams from `primary`, on a copy of its files that was made between the start and the end
    /// of a backup; `label` is what PostgreSQL has said at its end.
    pub(crate) fn start_replica(
        primary: &Self,
        copy: TempDir,
        label: &str,
    ) -> Result<Self, String> {
        let (_, programs) = prepare()?;
        let data = copy.path().join("data");
        let prepared = fs::write(data.join("backup_label"), label)
            .and_then(|()| fs::write(data.join("standby.signal"), ""))
            .and_then(|()| programs.give(copy.path()));
        prepared.map_err(|error| format!("no replica: {error}"))?;
        let source = format!(
            "primary_conninfo=host={} user=postgres",
            primary.folder.display()
        );
        Self::serve(copy, &programs, &[&source], REPLICA_READY)
    }

    fn serve(
        folder: TempDir,
        programs: &Programs,
        settings: &[&str],
        ready: &str,
    ) -> Result<Self, String> {
        let guard = programs.launch(folder.path(), settings);
        let mut guard = guard.map_err(|error| format!("PostgreSQL does not start: {error}"))?;
        until_ready(&mut guard, ready)?;
        // From here on the guard removes it, as this process may not live to do so.
        Ok(Self {
            folder: folder.keep(),
            guard,
        })
    }

    /// Stops the server and waits until it has ended.
    pub(crate) fn stop(mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }

    /// A copy of its files as they are, some of which may be changing.
    pub(crate) fn copy_files(&self) -> io::Result<TempDir> {
        let (folder, _) = private_folder()?;
        copy_tree(&self.folder.join("data"), &folder.path().join("data"))?;
        Ok(folder)
    }

    /// The address of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@localhost/{database}?host={}",
            self.folder.display()
        )
    }
}

fn prepare() -> Result<(TempDir, Programs), String> {
    let (folder, user) =
        private_folder().map_err(|error| format!("no folder for PostgreSQL: {error}"))?;
    let programs = Programs {
        folder: binaries::find(user.is_some())?,
        user,
    };
    Ok((folder, programs))
}

/// What is written ahead comes over the wire, and who runs is not the one that ran.
fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let is_copied = !from.ends_with("pg_wal") && entry.file_name() != "postmaster.pid";
        if entry.file_type()?.is_dir() {
            copy_tree(&source, &target)?;
        } else if is_copied {
            match fs::copy(&source, &target) {
                // A file that was there a moment ago is one that nobody misses.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                copied => drop(copied?),
            }
        }
    }
    Ok(())
}

/// A folder, and who it was given to if this process is root's.
fn private_folder() -> io::Result<(TempDir, Option<u32>)> {
    let folder = TempDir::with_prefix("souk-test-")?;
    if fs::metadata(&folder)?.uid() != 0 {
        return Ok((folder, None));
    }
    chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
    Ok((folder, Some(NOBODY)))
}

struct Programs {
    folder: PathBuf,
    /// Who is to run them, if not the user of this process.
    user: Option<u32>,
}

impl Programs {
    fn initialise(&self, folder: &Path) -> Result<(), String> {
        let mut initdb = self.command(self.folder.join("initdb"));
        initdb.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
        ]);
        match initdb.arg(folder.join("data")).output() {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(format!(
                "initdb failed: {}",
                String::from_utf8_lossy(&output.stderr)
            )),
            Err(error) => Err(format!(
                "{} cannot be run: {error}",
                self.folder.join("initdb").display()
            )),
        }
    }

    /// Gives a folder and everything in it to whoever runs them.
    fn give(&self, path: &Path) -> io::Result<()> {
        let Some(user) = self.user else { return Ok(()) };
        chown(path, Some(user), Some(user))?;
        if path.is_dir() {
            for entry in path.read_dir()? {
                self.give(&entry?.path())?;
            }
        }
        Ok(())
    }

    fn launch(&self, folder: &Path, settings: &[&str]) -> io::Result<Child> {
        let mut guard = self.command("sh");
        guard
            .args(["-c", GUARD, "guard"])
            .arg(folder)
            .arg(self.folder.join("postgres"));
        guard
            .arg("-D")
            .arg(folder.join("data"))
            .arg("-k")
            .arg(folder)
            .args(["-c", "listen_addresses="]);
        for setting in FAST.iter().chain(settings) {
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

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command.current_dir("/");
        command
    }
}

fn until_ready(guard: &mut Child, ready: &str) -> Result<(), String> {
    let Some(stderr) = guard.stderr.take() else {
        return Err("PostgreSQL has no standard error".to_owned());
    };
    let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
    let mut said = Vec::new();
    for line in &mut lines {
        if line.contains(ready) {
            // What it says later is of no interest, but somebody has to listen.
            thread::spawn(move || lines.for_each(drop));
            return Ok(());
        }
        said.push(line);
    }
    Err(format!("PostgreSQL does not start:\n{}", said.join("\n")))
}
