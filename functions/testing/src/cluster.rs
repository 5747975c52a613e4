//! One PostgreSQL cluster for each test process, gone when the process is: however that ends.

use std::{
    ffi::OsStr,
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
        let (folder, user) =
            private_folder().map_err(|error| format!("no folder for PostgreSQL: {error}"))?;
        let programs = Programs {
            folder: binaries::find(user.is_some())?,
            user,
        };
        programs.initialise(folder.path())?;
        let guard = programs.launch(folder.path());
        let mut guard = guard.map_err(|error| format!("PostgreSQL does not start: {error}"))?;
        until_ready(&mut guard)?;
        // From here on the guard removes it, as this process may not live to do so.
        Ok(Self {
            folder: folder.keep(),
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

    fn launch(&self, folder: &Path) -> io::Result<Child> {
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

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command.current_dir("/");
        command
    }
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
