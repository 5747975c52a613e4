//! A cluster whose files come from elsewhere.

use std::io;
use std::path::Path;

use crate::user::User;

/// Gives a cluster's folder and everything in it to the user who will run PostgreSQL in this data directory. That there is
/// no such folder is no error: not every shop has tables.
///
/// # Errors
///
/// When a file cannot be given away.
pub fn hand_over(data_dir: &Path, cluster: &Path) -> io::Result<()> {
    match User::for_data_in(data_dir) {
        Some(user) if cluster.exists() => give(user, cluster),
        _ => Ok(()),
    }
}

fn give(user: User, path: &Path) -> io::Result<()> {
    user.owns(path)?;
    if path.is_dir() {
        for entry in path.read_dir()? {
            give(user, &entry?.path())?;
        }
    }
    Ok(())
}
