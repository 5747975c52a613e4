//! Where the programs of functions and Jobs come from, and how one is started: an executable as a process, an image as a container.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::process::Stdio;
use std::sync::Arc;

use futures::future::try_join_all;
use souk_plan::model::{ContainerPlan, ServicePlan};
use tokio::process::{Child, Command};
use tokio::task::spawn_blocking;

use crate::container::{Containers, Start};
use crate::environment;
use crate::executables::Executables;
use crate::failure::{Failure, Outcome};
use crate::launcher::Launcher;

/// Where they come from.
#[derive(Clone)]
pub(crate) enum Source {
    /// Executables in a folder.
    Executables(Executables),
    /// Images.
    Images(Arc<Containers>),
}

/// A program about to be started.
pub(crate) enum Prepared {
    Process(Command),
    Container(Start),
}

impl Source {
    /// The Services with the digests of what they would run now, which is kept.
    pub(crate) async fn pinned(&self, services: &[ServicePlan]) -> Outcome<Vec<ServicePlan>> {
        let pinned = services.iter().map(|service| {
            let (source, mut service) = (self.clone(), service.clone());
            // Reads whole executables.
            spawn_blocking(move || {
                let digest = source.pin(&service.container.executable)?;
                service.container.digest = Some(digest);
                Ok::<_, io::Error>(service)
            })
        });
        let pinned = try_join_all(pinned).await.map_err(io::Error::other);
        let pinned: io::Result<Vec<_>> = pinned.and_then(|all| all.into_iter().collect());
        pinned.map_err(|error| {
            Failure::new(format!("what a function runs cannot be kept: {error}"), "")
        })
    }

    fn pin(&self, executable: &str) -> io::Result<String> {
        match self {
            Self::Executables(executables) => executables.pin(executable),
            Self::Images(containers) => containers.digest(executable),
        }
    }

    /// Whether what a revision runs is still there.
    pub(crate) fn has(&self, digest: &str) -> bool {
        match self {
            Self::Executables(executables) => executables.has(digest),
            // podman knows its images by numbers alone.
            Self::Images(_) => !digest.contains(':'),
        }
    }

    /// No revision runs these any more. podman keeps its images itself.
    pub(crate) fn forget(&self, digests: &BTreeSet<String>) {
        if let Self::Executables(executables) = self {
            executables.forget(digests);
        }
    }

    /// Revisions run these and nothing else.
    pub(crate) fn keep_only(&self, digests: &BTreeSet<String>) {
        if let Self::Executables(executables) = self {
            executables.keep_only(digests);
        }
    }

    /// How the program of `container` is started with these variables and nothing else in its environment; all it says goes to
    /// `log`.
    pub(crate) fn prepare(
        &self,
        container: &ContainerPlan,
        variables: Vec<(String, String)>,
        log: File,
    ) -> io::Result<Prepared> {
        let mut prepared = match self {
            Self::Executables(executables) => {
                let mut command = Command::new(executables.path(container));
                command
                    .args(environment::arguments(container))
                    .env_clear()
                    .envs(environment::of_this_machine())
                    .envs(variables);
                Prepared::Process(command)
            }
            Self::Images(containers) => {
                Prepared::Container(containers.start(container, variables)?)
            }
        };
        let command = match &mut prepared {
            Prepared::Process(command) => command,
            Prepared::Container(start) => start.command(),
        };
        command
            .stderr(Stdio::from(log.try_clone()?))
            .stdout(Stdio::from(log));
        Ok(prepared)
    }
}

impl Prepared {
    /// Starts it.
    pub(crate) async fn launch(self, launcher: &Launcher) -> io::Result<Child> {
        match self {
            Self::Process(command) => launcher.launch(command).await,
            Self::Container(start) => start.launch(launcher).await,
        }
    }
}
