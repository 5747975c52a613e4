//! Services, asked and told through the tool of the place they run in: kubectl on a cluster, souk on one machine.

use std::process::Output;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::{
    cli::{Place, Tool},
    kubectl, souk,
    traffic::{Standing, Target},
};

/// The Services of one place.
pub(crate) struct Services {
    place: Place,
}

impl Services {
    /// Those of this place.
    #[must_use]
    pub(crate) fn of(place: Place) -> Self {
        Self { place }
    }

    /// The namespace they are in.
    #[must_use]
    pub(crate) fn namespace(&self) -> &str {
        &self.place.namespace
    }

    /// How a Service stands; none when there is no such Service.
    ///
    /// # Errors
    ///
    /// When the tool fails for another reason, or no revision was ever ready.
    pub(crate) async fn find(&self, service: &str) -> Result<Option<Standing>> {
        let (words, read) = match self.place.with {
            Tool::Kubectl => (kubectl::get(service), kubectl::standing as Read),
            Tool::Souk => (souk::revisions(service), souk::standing as Read),
        };
        let output = self.run(&words).await?;
        if output.status.success() {
            let standing = read(&output.stdout)
                .with_context(|| format!("{} does not say how {service} stands", self.program()))?;
            return standing
                .with_context(|| format!("no revision of {service} was ever ready"))
                .map(Some);
        }
        let error = String::from_utf8_lossy(&output.stderr);
        if error.contains("not found") || error.contains("there is no function") {
            return Ok(None);
        }
        bail!("{}: {}", self.program(), error.trim())
    }

    /// How a Service stands.
    ///
    /// # Errors
    ///
    /// When there is none, or the tool fails.
    pub(crate) async fn get(&self, service: &str) -> Result<Standing> {
        let found = self.find(service).await?;
        found.with_context(|| format!("there is no Service {service} in {}", self.namespace()))
    }

    /// Replaces a Service's `spec.traffic`.
    ///
    /// # Errors
    ///
    /// When the tool refuses it or fails.
    pub(crate) async fn route(&self, service: &str, traffic: &[Target]) -> Result<()> {
        let words = match self.place.with {
            Tool::Kubectl => kubectl::patch(service, traffic),
            Tool::Souk => souk::traffic(service, traffic, &self.get(service).await?.traffic),
        };
        let output = self.run(&words).await?;
        if output.status.success() {
            return Ok(());
        }
        let error = String::from_utf8_lossy(&output.stderr);
        bail!(
            "{} does not change the traffic of {service}: {}",
            self.program(),
            error.trim()
        )
    }

    async fn run(&self, words: &[String]) -> Result<Output> {
        let mut command = Command::new(self.program());
        command.args(&self.place.pass);
        if self.place.with == Tool::Kubectl {
            command.arg(format!("--namespace={}", self.place.namespace));
        }
        let output = command.args(words).kill_on_drop(true).output().await;
        output.with_context(|| format!("{} cannot be started (--program)", self.program()))
    }

    fn program(&self) -> &str {
        self.place
            .program
            .as_deref()
            .unwrap_or(match self.place.with {
                Tool::Kubectl => "kubectl",
                Tool::Souk => "souk",
            })
    }
}

/// Reads what a tool printed; none when no revision was ever ready.
type Read = fn(&[u8]) -> Result<Option<Standing>>;
