//! What ends containers that nobody would end: podman leaves one running when its `podman run` is killed.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::process::ChildStdin;

use tokio::process::Child;

use super::arguments::{RUN, SHOP};
use super::podman::Podman;
use crate::left_behind::outliving;
use crate::system;

/// Which containers.
pub(super) struct Filter(String);

/// Those of a shop, whoever started them.
pub(super) fn of_shop(shop: &str) -> Filter {
    Filter(format!("label={SHOP}={shop}"))
}

/// The one of that name, if there is one.
pub(super) fn named(name: &str) -> Filter {
    Filter(format!("name=^{name}$"))
}

impl Filter {
    /// What podman is told to end and remove them; that there are none is no error.
    pub(super) fn removal(&self) -> [&str; 5] {
        ["rm", "--force", "--time=0", "--filter", &self.0]
    }
}

/// Ends one container when its `podman run` has ended without it.
pub(super) struct Guard {
    podman: Podman,
    name: String,
    pid_file: PathBuf,
}

impl Guard {
    pub(super) fn new(podman: Podman, name: String, pid_file: PathBuf) -> Self {
        Self {
            podman,
            name,
            pid_file,
        }
    }

    /// `client` must not have been waited for yet.
    pub(super) fn watch(self, client: &Child) -> io::Result<()> {
        let pid = client.id().ok_or(ErrorKind::NotFound)?;
        let ended = system::end_of(pid)?;
        tokio::spawn(async move {
            ended.await;
            self.end().await;
        });
        Ok(())
    }

    async fn end(self) {
        let pid = fs::read_to_string(&self.pid_file)
            .ok()
            .and_then(|text| text.trim().parse().ok());
        let _ = fs::remove_file(&self.pid_file);
        // No number: it never got so far, and what there is of it goes.
        if pid.is_none_or(system::is_alive)
            && let Err(failure) = self.podman.remove(&named(&self.name)).await
        {
            tracing::warn!(container = self.name, %failure, "cannot be removed");
        }
    }
}

/// A process that outlives this one, and then removes what is left of its containers.
pub(super) struct Sweeper(#[expect(dead_code, reason = "held open")] ChildStdin);

impl Sweeper {
    pub(super) fn start(run: &str) -> io::Result<Self> {
        let filter = Filter(format!("label={RUN}={run}"));
        let input = outliving("cat; exec podman \"$@\"", filter.removal())?;
        Ok(Self(input))
    }
}
