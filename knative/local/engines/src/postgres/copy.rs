//! A copy of a primary's files for its replica, while it goes on.
//!
//! It is what `pg_basebackup` does, by PostgreSQL's documented low-level functions: `pg_backup_start`, copy, `pg_backup_stop`. The
//! programs that are fetched do not include `pg_basebackup`, and both folders are on this machine.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use sqlx::{PgConnection, Row as _, query};
use tempfile::TempDir;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::cluster::{Cluster, STANDBY_SIGNAL, write_for};
use super::replication::{self, Asked};
use super::restored::give;

/// How folders begin with work of souk that was interrupted; no part of a backup.
pub const UNFINISHED: &str = ".unfinished-";
/// Folders that a copy has empty, as PostgreSQL's manual says: the log comes over the wire, the rest is of running processes.
const EMPTY: [&str; 8] = [
    "pg_wal",
    "pg_replslot",
    "pg_dynshmem",
    "pg_notify",
    "pg_serial",
    "pg_snapshots",
    "pg_stat_tmp",
    "pg_subtrans",
];
/// Files that belong to the running server.
const NOT_COPIED: [&str; 4] = [
    "postmaster.pid",
    "postmaster.opts",
    "backup_label",
    STANDBY_SIGNAL,
];

/// Copies the primary's cluster to the place of `target`, ready to follow. What was there is gone when the copy is whole.
///
/// Whoever stops waiting stops the copy.
pub(super) async fn make(
    primary: &mut PgConnection,
    source: &Cluster,
    target: &Cluster,
) -> Asked<()> {
    replication::keep_the_log(primary).await?;
    // A checkpoint now rather than within minutes.
    query("SELECT pg_backup_start('souk replica', true)")
        .execute(&mut *primary)
        .await?;
    let workshop = copied(source.folder(), target.folder()).await?;
    let stop = query("SELECT labelfile FROM pg_backup_stop(false)")
        .fetch_one(&mut *primary)
        .await?;
    let label: String = stop.try_get(0)?;
    put_in_place(&workshop, &label, target)?;
    Ok(())
}

async fn copied(source: &Path, target: &Path) -> io::Result<TempDir> {
    let beside = target.parent().unwrap_or(Path::new("."));
    let mut workshop = tempfile::Builder::new();
    let workshop = workshop.prefix(UNFINISHED).tempdir_in(beside)?;
    let given_up = CancellationToken::new();
    let _when_dropped = given_up.clone().drop_guard();
    let source = source.to_owned();
    let copying = spawn_blocking(move || {
        copy_tree(&source, &workshop.path().join("data"), &given_up)?;
        Ok(workshop)
    });
    copying.await.map_err(io::Error::other)?
}

/// The label says from where the log is needed.
fn put_in_place(workshop: &TempDir, label: &str, target: &Cluster) -> io::Result<()> {
    let copy = workshop.path().join("data");
    write_for(None, &copy.join("backup_label"), label.as_bytes())?;
    write_for(None, &copy.join(STANDBY_SIGNAL), b"")?;
    if let Some(user) = target.user() {
        give(user, &copy)?;
    }
    match fs::remove_dir_all(target.folder()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    fs::rename(copy, target.folder())
}

fn copy_tree(from: &Path, to: &Path, given_up: &CancellationToken) -> io::Result<()> {
    copy_folder(from, to, given_up, true)
}

fn copy_folder(
    from: &Path,
    to: &Path,
    given_up: &CancellationToken,
    is_root: bool,
) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        if given_up.is_cancelled() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let entry = entry?;
        let name = entry.file_name();
        let (source, target) = (entry.path(), to.join(&name));
        let is = |names: &[&str]| names.iter().any(|one| name == *one);
        let is_left_out = (is_root && is(&NOT_COPIED)) || is_temporary(&name.to_string_lossy());
        let done = match entry.file_type() {
            Ok(kind) if kind.is_dir() && is_root && is(&EMPTY) => empty_folder(&source, &target),
            Ok(kind) if kind.is_dir() => copy_folder(&source, &target, given_up, false),
            Ok(kind) if kind.is_file() && !is_left_out => fs::copy(&source, &target).map(drop),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        match done {
            // A file that was there a moment ago: the log says what became of it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            done => done?,
        }
    }
    Ok(())
}

/// The log's folder has folders of its own, which the server expects.
fn empty_folder(from: &Path, to: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if from.ends_with("pg_wal") && entry.file_type()?.is_dir() {
            DirBuilder::new()
                .mode(0o700)
                .create(to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn is_temporary(name: &str) -> bool {
    let beginnings = ["pgsql_tmp", "pg_internal.init", ".s.PGSQL."];
    beginnings.iter().any(|one| name.starts_with(one))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn a_copy_has_the_tables_and_nothing_of_the_running_server() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for file in [
            "PG_VERSION",
            "base/1/1259",
            "base/1/pg_internal.init",
            "postmaster.pid",
            ".s.PGSQL.5432.lock",
            "pg_wal/000000010000000000000001",
            "pg_wal/archive_status/x.ready",
            "pg_replslot/souk_replica/state",
        ] {
            let path = from.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        let _socket = UnixListener::bind(from.join(".s.PGSQL.5432")).unwrap();
        copy_tree(&from, &to, &CancellationToken::new()).unwrap();
        assert_eq!(
            fs::read_to_string(to.join("base/1/1259")).unwrap(),
            "base/1/1259"
        );
        assert!(to.join("PG_VERSION").exists() && to.join("pg_wal/archive_status").is_dir());
        for absent in [
            "base/1/pg_internal.init",
            "postmaster.pid",
            ".s.PGSQL.5432",
            ".s.PGSQL.5432.lock",
            "pg_wal/000000010000000000000001",
            "pg_wal/archive_status/x.ready",
            "pg_replslot/souk_replica",
        ] {
            assert!(!to.join(absent).exists(), "{absent}");
        }
    }

    #[test]
    fn a_copy_that_nobody_wants_any_more_ends() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), "").unwrap();
        let given_up = CancellationToken::new();
        given_up.cancel();
        let ended = copy_tree(folder.path(), &folder.path().join("to"), &given_up);
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::Interrupted);
    }
}
