//! Functions and Jobs in containers: each from its own image, with what a cluster lets it have and nothing more.
//!
//! podman does it. The child of souk is `podman run`, which passes SIGTERM on and ends as the container did. A container outlives a
//! `podman run` that was killed, so somebody watches each of them, and all together: see [`guard`].

mod arguments;
mod guard;
mod images;
mod podman;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use souk_plan::model::{ContainerPlan, Plan};
use tokio::process::{Child, Command};
use uuid::Uuid;

use self::arguments::{Container, Limits};
use self::guard::{Guard, Sweeper};
use self::images::Images;
use self::podman::Podman;
use crate::data_dir::DataDir;
use crate::failure::Outcome;
use crate::launcher::Launcher;

/// Starts containers. What they leave behind ends with it, or with the process, however that ends.
pub(crate) struct Containers {
    podman: Podman,
    images: Arc<Images>,
    limits: Limits,
    /// For the files with the numbers of the containers' processes.
    folder: PathBuf,
    /// Tells this run's containers from those of other shops and of earlier runs.
    run: String,
    started: AtomicU32,
    _sweeper: Sweeper,
}

impl Containers {
    /// Finds the images of everything in the plan in `folder`, hands them to podman, and sees whether that can run them. Ends what
    /// an earlier run of this shop left behind.
    pub(crate) async fn open(folder: &Path, data_dir: &DataDir, plan: &Plan) -> Outcome<Self> {
        let functions = plan.services.iter().map(|service| &service.container);
        let wanted = functions.chain(plan.jobs.iter().map(|job| &job.container));
        let names = wanted.map(|container| container.executable.as_str());
        let wanted = images::find(folder, names)?;
        let podman = Podman::find().await?;
        let shop = data_dir.path().display().to_string();
        podman.remove(&guard::of_shop(&shop)).await?;
        let run = Uuid::new_v4().simple().to_string();
        let opened = Self {
            images: Arc::new(Images::new(folder, podman.clone())),
            limits: Limits::here(&shop, &run),
            folder: data_dir.containers()?,
            _sweeper: podman.sweeper(&run)?,
            podman,
            run,
            started: AtomicU32::new(0),
        };
        for (name, id) in &wanted {
            opened.images.provide(name, id).await?;
        }
        match wanted.values().next() {
            Some(image) => opened.try_out(image).await.map(|()| opened),
            None => Ok(opened),
        }
    }

    /// What podman calls the image of this name: the digest of its configuration.
    pub(crate) fn digest(&self, executable: &str) -> io::Result<String> {
        self.images.id(executable)
    }

    /// How `container` is started with these variables, and what has to be watched then.
    pub(crate) fn start(
        &self,
        container: &ContainerPlan,
        variables: Vec<(String, String)>,
    ) -> io::Result<Start> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let name = format!("souk-{}-{number}-{}", self.run, container.executable);
        // A revision keeps the image that it was made with.
        let image = match &container.digest {
            Some(digest) => digest.clone(),
            None => self.images.id(&container.executable)?,
        };
        let pid_file = self.folder.join(format!("{name}.pid"));
        let mut command = self.podman.command();
        let run = Container {
            name: &name,
            image: &image,
            plan: container,
            pid_file: &pid_file,
        };
        command.args(run.run(&self.limits, &variables));
        // Through podman's own environment: whoever may list processes sees its arguments.
        command.envs(
            variables
                .into_iter()
                .filter(|(name, _)| !arguments::is_podmans(name)),
        );
        Ok(Start {
            command,
            images: Arc::clone(&self.images),
            executable: container.executable.clone(),
            image,
            guard: Guard::new(self.podman.clone(), name, pid_file),
        })
    }

    /// Makes a container and starts nothing in it: everything that the system may refuse shows here.
    async fn try_out(&self, image: &str) -> Outcome {
        let name = format!("souk-{}-trial", self.run);
        let made = self.podman.ask(self.limits.create(&name, image)).await;
        let tried = match made {
            Ok(_) => self.podman.ask(["init", &name]).await.map(drop),
            Err(failure) => Err(failure),
        };
        self.podman.remove(&guard::named(&name)).await?;
        tried
    }
}

/// A container about to be started.
pub(crate) struct Start {
    command: Command,
    images: Arc<Images>,
    executable: String,
    image: String,
    guard: Guard,
}

impl Start {
    /// Adds where output goes.
    pub(crate) fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Starts it. From now on the container ends with the child.
    pub(crate) async fn launch(self, launcher: &Launcher) -> io::Result<Child> {
        let provided = self.images.provide(&self.executable, &self.image).await;
        provided.map_err(|failure| io::Error::other(failure.to_string()))?;
        let child = launcher.launch(self.command).await?;
        self.guard.watch(&child)?;
        Ok(child)
    }
}
