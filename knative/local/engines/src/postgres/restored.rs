//! A cluster whose files come from elsewhere.

use std::io;
use std::path::Path;

use super::servers::Servers;
use crate::user::User;

/// Gives the cluster that leads in `folder`, a data directory in the making, to the user who will run PostgreSQL in `data_dir`.
/// That there is no cluster is no error: not every shop has tables.
///
/// # Errors
///
/// When a file cannot be given away.
pub fn hand_over(data_dir: &Path, folder: &Path) -> io::Result<()> {
    let servers = Servers::read(folder).map_err(io::Error::other)?;
    let cluster = folder.join(servers.primary.folder());
    match User::for_data_in(data_dir) {
        Some(user) if cluster.exists() => give(user, &cluster),
        _ => Ok(()),
    }
}

/// A file or a folder with everything in it.
pub(super) fn give(user: User, path: &Path) -> io::Result<()> {
    user.owns(path)?;
    if path.is_dir() {
        for entry in path.read_dir()? {
            give(user, &entry?.path())?;
        }
    }
    Ok(())
}
