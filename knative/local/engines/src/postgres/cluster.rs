//! The cluster's folder: how it is made, configured and served from. Nothing here waits for the server.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::Process;
use super::programs::Programs;
use super::servers::Server;
use super::settings::{self, Role};
use crate::user::User;
use crate::{EngineError, system};

/// Where `postmaster.pid` says how the server is, counted from 0 (`LOCK_FILE_LINE_PM_STATUS` in PostgreSQL's source).
const STATUS_LINE: usize = 7;
/// Ends initdb wherever it is: what it has made is made anew.
const END_OF_INITDB: i32 = libc::SIGKILL;
/// Ends the server at once; it recovers at the next start.
const END_OF_SERVER: i32 = libc::SIGQUIT;
/// With this file in its folder a server follows another one.
pub(super) const STANDBY_SIGNAL: &str = "standby.signal";
/// Lines of the log that are shown when the server did not start.
const LOG_LINES_SHOWN: usize = 12;

/// One cluster and who owns it.
#[derive(Debug)]
pub(super) struct Cluster {
    folder: PathBuf,
    log: PathBuf,
    user: Option<User>,
}

impl Cluster {
    pub(super) fn in_data_dir(data_dir: &Path, server: Server) -> Self {
        let name = server.folder();
        Self {
            folder: data_dir.join(name),
            log: data_dir.join("log").join(format!("{name}.log")),
            user: User::for_data_in(data_dir),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn user(&self) -> Option<User> {
        self.user
    }

    /// Whether the server of this folder follows another one, or has followed it and was not yet told to lead.
    pub(super) fn follows(&self) -> bool {
        self.folder.join(STANDBY_SIGNAL).exists()
    }

    /// The major version that made the cluster; `None`: there is no cluster yet.
    pub(super) fn major(&self) -> Result<Option<u32>, EngineError> {
        match fs::read_to_string(self.folder.join("PG_VERSION")) {
            Ok(text) => Ok(Some(
                text.trim().parse().map_err(|error| self.unusable(&error))?,
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.folder.exists() {
                    return Err(self.unusable(&"PG_VERSION is missing in it"));
                }
                Ok(None)
            }
            Err(error) => Err(self.unusable(&error)),
        }
    }

    /// Makes the cluster beside its place and renames it, so that an interrupted first start leaves no half cluster.
    pub(super) async fn make(
        &self,
        programs: &Programs,
        password: &str,
    ) -> Result<(), EngineError> {
        let workshop = self.folder.with_extension("new");
        let prepared = self
            .prepare_workshop(&workshop, password)
            .map_err(|error| self.unusable(&error))?;
        let mut command = self.command(&programs.initdb(), &prepared, END_OF_INITDB)?;
        command
            .args(settings::initdb_arguments(programs.major))
            .arg("--pwfile")
            .arg(prepared.seen.join("password"))
            .arg("--pgdata")
            .arg(prepared.seen.join("data"));
        let how = self.start(command, END_OF_INITDB).await?.ended().await;
        if how != "exit status: 0" {
            return Err(self.did_not_start(&format!("initdb: {how}")));
        }
        let moved = fs::rename(workshop.join("data"), &self.folder);
        moved
            .and_then(|()| fs::remove_dir_all(&workshop))
            .map_err(|error| self.unusable(&error))
    }

    /// Writes the configuration files anew: the port may have changed, and so may souk.
    pub(super) fn configure(&self, major: u32, port: u16, role: &Role) -> Result<(), EngineError> {
        let files = [
            (
                "postgresql.conf",
                settings::server_configuration(major, port, role),
            ),
            (
                "pg_hba.conf",
                settings::HOST_BASED_AUTHENTICATION.to_owned(),
            ),
        ];
        for (name, text) in files {
            let file = self.folder.join(name);
            write_for(self.user, &file, text.as_bytes()).map_err(|error| self.unusable(&error))?;
        }
        Ok(())
    }

    /// Forgets who has followed. A server that nobody may follow does not start while it remembers.
    pub(super) fn forget_followers(&self) -> Result<(), EngineError> {
        let slots = fs::read_dir(self.folder.join("pg_replslot"));
        let mut slots = slots.into_iter().flatten().flatten();
        slots
            .try_for_each(|slot| fs::remove_dir_all(slot.path()))
            .map_err(|error| self.unusable(&error))
    }

    /// Starts the server on this cluster.
    pub(super) async fn serve(&self, programs: &Programs) -> Result<Process, EngineError> {
        let seen =
            SeenFolder::open(&self.folder, self.user).map_err(|error| self.unusable(&error))?;
        let mut command = self.command(&programs.postgres(), &seen, END_OF_SERVER)?;
        command.arg("-D").arg(&seen.seen);
        self.start(command, END_OF_SERVER).await
    }

    /// Whether the server of this pid takes connections: it says so itself in the last line of `postmaster.pid`.
    ///
    /// Trying to connect instead would fill its log with refusals.
    pub(super) fn says_ready(&self, pid: u32) -> bool {
        let text = fs::read_to_string(self.folder.join("postmaster.pid")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        lines.first() == Some(&pid.to_string().as_str()) && lines.get(STATUS_LINE) == Some(&"ready")
    }

    /// Something about the folder is not as it must be.
    pub(super) fn unusable(&self, why: &dyn std::fmt::Display) -> EngineError {
        EngineError::new(
            format!(
                "PostgreSQL's data in {} cannot be used: {why}",
                self.folder.display()
            ),
            "Check who owns the folder, or name another data directory: souk up --data-dir <dir>",
        )
    }

    /// The server ended or never answered.
    pub(super) fn did_not_start(&self, how: &dyn std::fmt::Display) -> EngineError {
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        let last = lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n    ");
        EngineError::new(
            format!("PostgreSQL did not start ({how}). It said:\n    {last}"),
            format!(
                "Read all of it in {}, or try others: souk up --postgres-bin <dir>",
                self.log.display()
            ),
        )
    }

    fn prepare_workshop(&self, workshop: &Path, password: &str) -> io::Result<SeenFolder> {
        if workshop.exists() {
            fs::remove_dir_all(workshop)?;
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(workshop)?;
        write_for(self.user, &workshop.join("password"), password.as_bytes())?;
        if let Some(user) = self.user {
            user.owns(workshop)?;
        }
        SeenFolder::open(workshop, self.user)
    }

    /// A command that runs as the cluster's user, in its own process group, and gets `end` when this process dies.
    fn command(
        &self,
        program: &Path,
        folder: &SeenFolder,
        end: i32,
    ) -> Result<Command, EngineError> {
        let log = self.open_log().map_err(|error| self.unusable(&error))?;
        let also = log.try_clone().map_err(|error| self.unusable(&error))?;
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir("/")
            .process_group(0);
        command.stdin(Stdio::null()).stdout(log).stderr(also);
        if let Some(user) = self.user {
            user.becomes(&mut command);
        }
        system::give_way(&mut command);
        system::die_with_parent(&mut command, end, folder.descriptor());
        Ok(command)
    }

    async fn start(&self, command: Command, end: i32) -> Result<Process, EngineError> {
        let program = command.get_program().to_string_lossy().into_owned();
        Process::start(command, end).await.map_err(|error| {
            EngineError::new(
                format!("{program} cannot be started: {error}"),
                "Use other programs: souk up --postgres-bin <dir>",
            )
        })
    }

    fn open_log(&self) -> io::Result<File> {
        if let Some(folder) = self.log.parent() {
            fs::create_dir_all(folder)?;
        }
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.log)
    }
}

/// A folder and the path under which the cluster's user sees it.
struct SeenFolder {
    seen: PathBuf,
    handle: Option<File>,
}

impl SeenFolder {
    /// Where a user cannot walk to, he can be handed the open folder.
    fn open(folder: &Path, user: Option<User>) -> io::Result<Self> {
        let folder = fs::canonicalize(folder)?;
        let blocked = folder.parent().and_then(|parent| user?.barrier(parent));
        if blocked.is_none() {
            return Ok(Self {
                seen: folder,
                handle: None,
            });
        }
        let handle = File::open(&folder)?;
        Ok(Self {
            seen: PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd())),
            handle: Some(handle),
        })
    }

    fn descriptor(&self) -> Option<i32> {
        self.handle.as_ref().map(File::as_raw_fd)
    }
}

/// Writes a file that the cluster's user can read, and nobody else.
pub(super) fn write_for(user: Option<User>, file: &Path, text: &[u8]) -> io::Result<()> {
    let mut writer = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    writer.write_all(text)?;
    user.map_or(Ok(()), |user| user.owns(file))
}
