//! Which PostgreSQL there is for a data directory, found out without starting or fetching anything.

use std::path::{Path, PathBuf};

use super::cluster::Cluster;
use super::programs::{self, Programs};
use super::servers::Servers;
use super::{fetch, leftover};

pub use super::programs::OLDEST_MAJOR;

/// The major version that is fetched when there is none.
pub const FETCHED_MAJOR: u32 = fetch::MAJOR;
/// Where it is fetched from: a host that answers HTTPS.
pub const FETCHED_FROM: &str = "repo1.maven.org";

/// PostgreSQL's programs in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Such as 18.
    pub major: u32,
    /// Such as `18.6`.
    pub version: String,
    /// Where `initdb` and `postgres` are.
    pub folder: PathBuf,
}

/// What there is.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The major version that made the cluster, `None` where there is no cluster yet; else why that cannot be told.
    pub written_by: Result<Option<u32>, String>,
    /// The folder that was named, and what is in it.
    pub given: Option<(PathBuf, Option<Found>)>,
    /// What was fetched before.
    pub fetched: Option<Found>,
    /// The machine's own, of whatever age.
    pub installed: Vec<Found>,
    /// Processes that run on the cluster's files.
    pub running: Vec<u32>,
}

impl Survey {
    /// Looks around for the shop of this data directory; `given` is the folder that `--postgres-bin` names.
    #[must_use]
    pub fn of(data_dir: &Path, given: Option<&Path>) -> Self {
        let servers = Servers::read(data_dir).map_err(|error| error.to_string());
        let cluster = servers.map(|servers| Cluster::in_data_dir(data_dir, servers.primary));
        let (written_by, user, running) = match cluster {
            Ok(cluster) => (
                cluster.major().map_err(|error| error.to_string()),
                cluster.user(),
                leftover::working_in(cluster.folder()),
            ),
            Err(why) => (Err(why), None, Vec::new()),
        };
        Self {
            written_by,
            given: given
                .map(|folder| (folder.to_owned(), programs::named(folder).map(Found::from))),
            fetched: fetch::cached(data_dir, user).map(Found::from),
            installed: programs::on_this_machine().map(Found::from).collect(),
            running,
        }
    }
}

impl From<Programs> for Found {
    fn from(programs: Programs) -> Self {
        Self {
            major: programs.major,
            version: programs.version,
            folder: programs.folder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_directory_without_a_cluster_was_written_by_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let survey = Survey::of(folder.path(), None);
        assert_eq!(survey.written_by, Ok(None));
        assert!(survey.running.is_empty());
    }

    #[test]
    fn the_version_that_wrote_a_cluster_is_told_and_a_folder_without_programs_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let cluster = folder.path().join("postgres");
        std::fs::create_dir(&cluster).unwrap();
        std::fs::write(cluster.join("PG_VERSION"), "17\n").unwrap();
        let survey = Survey::of(folder.path(), Some(folder.path()));
        assert_eq!(survey.written_by, Ok(Some(17)));
        assert_eq!(survey.given, Some((folder.path().to_owned(), None)));
        std::fs::remove_file(cluster.join("PG_VERSION")).unwrap();
        assert!(Survey::of(folder.path(), None).written_by.is_err());
    }
}
