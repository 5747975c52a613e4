//! Who PostgreSQL runs as when souk is root, and where that user can go.

use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::system;

/// A user of this machine who is not root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct User {
    uid: u32,
    gid: u32,
}

/// What `nobody` is where the machine does not say otherwise.
const NOBODY: User = User {
    uid: 65534,
    gid: 65534,
};

impl User {
    /// Who runs PostgreSQL on this data directory; `None`: whoever runs souk.
    pub(crate) fn for_data_in(data_dir: &Path) -> Option<Self> {
        if !system::is_root() {
            return None;
        }
        match fs::metadata(data_dir) {
            Ok(owner) if owner.uid() != 0 => Some(Self {
                uid: owner.uid(),
                gid: owner.gid(),
            }),
            _ => Some(nobody()),
        }
    }

    /// Lets the process that `command` starts be this user.
    pub(crate) fn becomes(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }

    /// Gives a file or folder to this user.
    pub(crate) fn owns(self, path: &Path) -> std::io::Result<()> {
        chown(path, Some(self.uid), Some(self.gid))
    }

    /// The folder on the way to `path` that this user may not enter, if there is one.
    pub(crate) fn barrier(self, path: &Path) -> Option<PathBuf> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folders = path.ancestors().filter(|folder| folder.is_dir());
        let closed = folders
            .filter(|folder| !fs::metadata(folder).is_ok_and(|found| self.may_enter(&found)));
        closed.last().map(Path::to_owned)
    }

    fn may_enter(self, folder: &Metadata) -> bool {
        let entering = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & entering != 0
    }
}

fn nobody() -> User {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = users.lines().find_map(|line| line.strip_prefix("nobody:"));
    line.and_then(ids).unwrap_or(NOBODY)
}

/// The ids in what follows the name in a line of `/etc/passwd`: `x:65534:65534:...`.
fn ids(line: &str) -> Option<User> {
    let mut fields = line.split(':').skip(1);
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(User { uid, gid })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_ids_stand_behind_the_password_field() {
        let found = ids("x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin");
        assert_eq!(
            found,
            Some(User {
                uid: 65534,
                gid: 65533
            })
        );
        assert_eq!(ids("x:many"), None);
    }

    #[test]
    fn a_closed_folder_on_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let closed = folder.path().canonicalize().unwrap().join("closed");
        let inside = closed.join("inside");
        fs::create_dir_all(&inside).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        let stranger = User {
            uid: 4242,
            gid: 4242,
        };
        assert_eq!(stranger.barrier(&inside), Some(closed.clone()));
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o711)).unwrap();
        assert_eq!(stranger.barrier(&inside), None);
    }
}
