//! Services, asked and told through the tool of the place they run in: kubectl on a cluster, souk on one machine.
//! Both print a Service as Knative's API does.

use std::process::Output;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::process::Command;

use crate::{
    cli::{Place, Tool},
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
        let words = match self.place.with {
            Tool::Kubectl => vec![
                "get",
                "services.serving.knative.dev",
                service,
                "--output=json",
            ],
            Tool::Souk => vec!["revisions", service, "--output=json"],
        };
        let output = self.run(&words).await?;
        if output.status.success() {
            return standing(service, &output.stdout).map(Some);
        }
        let error = String::from_utf8_lossy(&output.stderr);
        if error.contains("not found") || error.contains("NotFound") {
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
        let output = match self.place.with {
            Tool::Kubectl => {
                let patch = serde_json::json!({ "spec": { "traffic": traffic } }).to_string();
                let patch = format!("--patch={patch}");
                let kind = "services.serving.knative.dev";
                self.run(&["patch", kind, service, "--type=merge", &patch])
                    .await?
            }
            Tool::Souk => {
                let words = souk_words(service, traffic);
                self.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
                    .await?
            }
        };
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

    async fn run(&self, words: &[&str]) -> Result<Output> {
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

/// `souk traffic` takes what `kn service update --traffic` takes.
fn souk_words(service: &str, traffic: &[Target]) -> Vec<String> {
    let mut words = vec!["traffic".to_owned(), service.to_owned()];
    for target in traffic {
        let revision = target.revision_name.as_deref().unwrap_or("@latest");
        words.push(format!("{revision}={}", target.percent.unwrap_or(0)));
        if let Some(tag) = &target.tag {
            words.extend(["--tag".to_owned(), format!("{tag}={revision}")]);
        }
    }
    words
}

fn standing(service: &str, json: &[u8]) -> Result<Standing> {
    let object: Object = serde_json::from_slice(json).context("this is no Service of Knative")?;
    let status = object.status;
    Ok(Standing {
        latest_created: status.latest_created_revision_name,
        latest_ready: status
            .latest_ready_revision_name
            .with_context(|| format!("no revision of {service} was ever ready"))?,
        traffic: object.spec.traffic,
    })
}

#[derive(Deserialize)]
struct Object {
    spec: Spec,
    status: Status,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(default)]
    traffic: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(default)]
    latest_created_revision_name: String,
    latest_ready_revision_name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::held;

    #[test]
    fn a_service_that_was_never_ready_is_told_from_one_that_is() {
        let never = br#"{"spec":{},"status":{"latestCreatedRevisionName":"orders-00001"}}"#;
        assert!(standing("orders", never).is_err());
        let ready = br#"{"spec":{},"status":{"latestCreatedRevisionName":"orders-00001","latestReadyRevisionName":"orders-00001"}}"#;
        assert_eq!(standing("orders", ready).unwrap().stable(), "orders-00001");
    }

    #[test]
    fn souk_is_told_as_kn_would_be() {
        let words = souk_words("orders", &held("orders-00001"));
        let expected = "traffic orders orders-00001=100 --tag stable=orders-00001 @latest=0 --tag candidate=@latest";
        assert_eq!(words.join(" "), expected);
    }
}
