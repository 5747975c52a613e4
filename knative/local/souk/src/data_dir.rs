//! The data directory: names of everything in it, and the lock that lets one shop at a time live there.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::time::interval;

use crate::failure::{Exit, Failure, Outcome};
use crate::repository::Repository;
use crate::terminal::me;

/// A question for the lock's holder takes the lock for a moment: whoever wants it tries again for that long.
const LOCK_TRIED_FOR: Duration = Duration::from_millis(300);
const PAUSE: Duration = Duration::from_millis(20);
/// Files do not tell when they are removed.
const LOOKED_AFTER_EVERY: Duration = Duration::from_secs(1);

/// Where a shop keeps everything.
#[derive(Debug, Clone)]
pub(crate) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// The one that was asked for, else `.souk` in the checkout, else `.souk` here.
    pub(crate) fn chosen(asked: Option<PathBuf>) -> Self {
        let root = || Repository::around_here().map(|repository| repository.root().to_owned());
        let path = asked.unwrap_or_else(|| root().unwrap_or_default().join(".souk"));
        Self {
            path: std::path::absolute(&path).unwrap_or(path),
        }
    }

    /// What `souk secrets` keeps for a shop in a cluster.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.path.join("cluster")
    }

    /// Makes it, open to be walked through: PostgreSQL may run as another user. What the shop keeps in it is nobody else's.
    pub(crate) fn make(&self) -> Outcome {
        let folders = [
            (self.path.clone(), 0o711),
            (self.log_folder(), 0o700),
            (self.path.join("jobs"), 0o700),
            (self.services(), 0o700),
            (self.executables(), 0o700),
            (self.broker(), 0o700),
            (self.path.join("stand-ins"), 0o700),
        ];
        for (folder, mode) in folders {
            DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(&folder)
                .map_err(|error| {
                    Failure::new(
                        format!(
                            "the data directory {} cannot be made: {error}",
                            folder.display()
                        ),
                        format!("Name another one: {} up --data-dir <dir>", me()),
                    )
                })?;
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// HTTP control API.
    pub(crate) fn socket(&self) -> PathBuf {
        self.path.join("souk.sock")
    }

    /// Where the gateway and everything else answers.
    pub(crate) fn addresses(&self) -> PathBuf {
        self.path.join("addresses.json")
    }

    /// What identity last said of the gateway's keys and clients.
    pub(crate) fn gate(&self) -> PathBuf {
        self.path.join("gate.json")
    }

    /// Which souk last opened the shop.
    pub(crate) fn version(&self) -> PathBuf {
        self.path.join("version")
    }

    /// How far the clock was moved.
    pub(crate) fn clock(&self) -> PathBuf {
        self.path.join("clock")
    }

    /// Accounts and clients to use the shop with.
    pub(crate) fn credentials(&self) -> PathBuf {
        self.path.join("credentials.json")
    }

    /// The log of a function, stand-in or Job, or `souk`'s own.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.path.join("log").join(format!("{name}.log"))
    }

    pub(crate) fn log_folder(&self) -> PathBuf {
        self.path.join("log")
    }

    pub(crate) fn secrets(&self) -> PathBuf {
        self.path.join("secrets")
    }

    pub(crate) fn broker(&self) -> PathBuf {
        self.path.join("broker")
    }

    pub(crate) fn dynamodb(&self) -> PathBuf {
        self.path.join("dynamodb.db")
    }

    /// What the console keeps of traces, logs and metrics.
    pub(crate) fn telemetry(&self) -> PathBuf {
        self.path.join("telemetry")
    }

    /// What a console asks for that other machines can reach.
    pub(crate) fn console_token(&self) -> PathBuf {
        self.path.join("console-token")
    }

    /// Whether a shop was ever opened here.
    pub(crate) fn holds_a_shop(&self) -> bool {
        self.secrets().is_dir()
    }

    /// The port that something keeps from one start to the next.
    pub(crate) fn port_of(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.port"))
    }

    /// That a Job has run.
    pub(crate) fn job_record(&self, name: &str) -> PathBuf {
        self.path.join("jobs").join(format!("{name}.json"))
    }

    /// Revisions and traffic of Services.
    pub(crate) fn services(&self) -> PathBuf {
        self.path.join("services")
    }

    /// What revisions run, by content.
    pub(crate) fn executables(&self) -> PathBuf {
        self.path.join("executables")
    }

    /// A stand-in's own folder.
    pub(crate) fn stand_in(&self, name: &str) -> PathBuf {
        self.path.join("stand-ins").join(name)
    }

    /// Where podman says which processes are in its containers; new, since an earlier shop's are no more.
    pub(crate) fn containers(&self) -> Outcome<PathBuf> {
        let folder = self.path.join("containers");
        let _ = fs::remove_dir_all(&folder);
        let made = DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(|error| Failure::new(format!("{}: {error}", folder.display()), ""))?;
        Ok(folder)
    }

    fn pid_file(&self) -> PathBuf {
        self.path.join("souk.pid")
    }

    /// Takes the lock; it is held until the value is dropped or the process ends, however it ends.
    pub(crate) fn lock(&self) -> Outcome<Lock> {
        let file = self.pid_file();
        match try_lock(&file) {
            Ok(Some(lock)) => {
                // An earlier shop's: nobody answers there until this one says where it is.
                let _ = fs::remove_file(self.addresses());
                Ok(lock)
            }
            Ok(None) => Err(self.already_running()),
            Err(error) => Err(Failure::new(
                format!("{} cannot be written: {error}", file.display()),
                format!("Name another data directory: {} up --data-dir <dir>", me()),
            )),
        }
    }

    /// The process that holds the lock.
    pub(crate) fn holder(&self) -> Option<u32> {
        let mut file = File::open(self.pid_file()).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text).ok()?;
                text.trim().parse().ok()
            }
            _ => None,
        }
    }

    /// Waits until nobody holds the lock; false when `patience` ends first.
    pub(crate) fn released_within(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while self.holder().is_some() {
            if Instant::now() > deadline {
                return false;
            }
            std::thread::sleep(PAUSE);
        }
        true
    }

    /// No shop runs here.
    pub(crate) fn not_running(&self) -> Failure {
        Failure::new(
            format!("no shop is running in {}", self.path.display()),
            format!(
                "Open it: {0} up (another one: {0} --data-dir <dir> ...)",
                me()
            ),
        )
        .exiting(Exit::NotRunning)
    }

    fn already_running(&self) -> Failure {
        let pid = self
            .holder()
            .map_or_else(|| "unknown".to_owned(), |pid| pid.to_string());
        let gateway = self.gateway().unwrap_or_else(|| "not yet open".to_owned());
        Failure::new(
            format!("a shop is already running in {} (pid {pid}, gateway {gateway})", self.path.display()),
            format!("Look at it: {0} ps. Stop it: {0} down. Open another: {0} up --data-dir <dir> --listen 127.0.0.1:0", me()),
        )
        .exiting(Exit::AlreadyRunning)
    }

    fn gateway(&self) -> Option<String> {
        let addresses: serde_json::Value =
            serde_json::from_slice(&fs::read(self.addresses()).ok()?).ok()?;
        Some(addresses["gateway"].as_str()?.to_owned())
    }
}

/// The data directory belongs to this process.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Waits until the data directory has been removed: a shop without one can be neither asked nor used again.
    pub(crate) async fn lost(&self) {
        let mut looks = interval(LOOKED_AFTER_EVERY);
        while self.is_in_place() {
            looks.tick().await;
        }
    }

    fn is_in_place(&self) -> bool {
        let known = |file: Metadata| (file.dev(), file.ino());
        let ours = self.file.metadata().ok().map(known);
        ours.is_some() && ours == fs::metadata(&self.path).ok().map(known)
    }
}

fn try_lock(path: &Path) -> io::Result<Option<Lock>> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let deadline = Instant::now() + LOCK_TRIED_FOR;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() > deadline => return Ok(None),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(Some(Lock {
        file,
        path: path.to_owned(),
    }))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// One of its own, until the folder is dropped.
    pub(crate) fn data_dir() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().join("data")));
        data_dir.make().unwrap();
        (folder, data_dir)
    }

    #[test]
    fn one_shop_at_a_time_lives_in_a_data_directory() {
        let (_folder, data_dir) = data_dir();
        let lock = data_dir.lock().unwrap();
        assert_eq!(data_dir.holder(), Some(std::process::id()));
        let refusal = data_dir.lock().unwrap_err();
        assert_eq!(refusal.exit, Exit::AlreadyRunning);
        let said = refusal.to_string();
        assert!(
            said.contains(&std::process::id().to_string()) && said.contains("souk down"),
            "{said}"
        );
        drop(lock);
        assert_eq!(data_dir.holder(), None);
        data_dir.lock().unwrap();
    }

    #[test]
    fn the_refusal_names_the_gateway_of_the_running_shop() {
        let (_folder, data_dir) = data_dir();
        let _lock = data_dir.lock().unwrap();
        fs::write(
            data_dir.addresses(),
            r#"{"gateway":"http://127.0.0.1:8000"}"#,
        )
        .unwrap();
        assert!(
            data_dir
                .lock()
                .unwrap_err()
                .to_string()
                .contains("http://127.0.0.1:8000")
        );
    }

    #[test]
    fn the_addresses_of_an_earlier_shop_are_forgotten() {
        let (_folder, data_dir) = data_dir();
        fs::write(data_dir.addresses(), r#"{"gateway":"http://127.0.0.1:1"}"#).unwrap();
        let _lock = data_dir.lock().unwrap();
        let said = data_dir.lock().unwrap_err().to_string();
        assert!(said.contains("gateway not yet open"), "{said}");
    }

    #[test]
    fn what_the_shop_keeps_is_for_its_owner_only() {
        let (_folder, data_dir) = data_dir();
        for entry in fs::read_dir(data_dir.path()).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{}", entry.path().display());
        }
    }

    #[tokio::test]
    async fn a_shop_notices_that_its_data_directory_was_removed() {
        let (folder, data_dir) = data_dir();
        let lock = data_dir.lock().unwrap();
        assert!(lock.is_in_place());
        folder.close().unwrap();
        lock.lost().await;
        data_dir.make().unwrap();
        let _another = data_dir.lock().unwrap();
        assert!(!lock.is_in_place());
    }

    #[test]
    fn a_pid_file_without_a_holder_is_nobody() {
        let (_folder, data_dir) = data_dir();
        fs::write(data_dir.path().join("souk.pid"), "1\n").unwrap();
        assert_eq!(data_dir.holder(), None);
        assert!(data_dir.released_within(Duration::ZERO));
    }
}
