//! While Kong runs: whenever identity's keys or clients change, its configuration does.

use std::time::Duration;

use tokio::time::sleep;

use crate::admin::Admin;
use crate::merge::merge;
use crate::settings::Settings;
use crate::source::{AskError, Source};
use crate::target::Target;

/// After a failure, and while there is no identity: sooner than the next turn.
const AFTER_A_FAILURE: Duration = Duration::from_secs(2);

/// Follows identity for one Kong.
#[derive(Debug)]
pub struct Follower {
    source: Source,
    admin: Admin,
    target: Target,
    /// `kong.yaml` as it was when the pod began; a new one comes with a new pod.
    config: String,
    /// What Kong should have.
    wanted: Option<String>,
    poll: Duration,
}

impl Follower {
    /// `config` is `kong.yaml` as decK has rendered it.
    #[must_use]
    pub fn new(settings: &Settings, config: String) -> Self {
        Self {
            source: Source::new(settings.source_url.clone()),
            admin: Admin::new(settings.admin_url.clone()),
            target: Target::new(settings.merged_file.clone()),
            config,
            wanted: None,
            poll: settings.poll,
        }
    }

    /// Follows for ever. A failure is told and tried again: what Kong has goes on.
    pub async fn run(mut self) {
        loop {
            let is_done = self.turn().await;
            let pause = if is_done {
                self.poll
            } else {
                self.poll.min(AFTER_A_FAILURE)
            };
            sleep(pause).await;
        }
    }

    /// Asks, merges and gives, once. False: something failed.
    async fn turn(&mut self) -> bool {
        let is_told = self.learn().await;
        let is_given = self.give().await;
        is_told && is_given
    }

    async fn learn(&mut self) -> bool {
        let state = match self.source.ask().await {
            Ok(Some(state)) => state,
            Ok(None) => return true,
            Err(AskError::NoSuchHost(host)) => {
                tracing::info!(host, "there is no identity yet");
                return false;
            }
            Err(error) => {
                tracing::warn!(%error, "identity was asked in vain");
                return false;
            }
        };
        match merge(&self.config, &state) {
            Ok(merged) => {
                self.wanted = Some(merged);
                true
            }
            Err(error) => {
                // Told again each time, until somebody acts on it.
                self.source.forget();
                tracing::error!(%error, "identity's state does not go with kong.yaml");
                false
            }
        }
    }

    /// Each time, changed or not: a Kong that was started again meanwhile may have another. What Kong has taken is what it reads when
    /// it starts; what it refuses never gets there.
    async fn give(&self) -> bool {
        let Some(wanted) = &self.wanted else {
            return true;
        };
        match self.admin.give(wanted).await {
            Ok(false) => return true,
            Ok(true) => tracing::info!("Kong has the keys and clients that identity has"),
            Err(error) => {
                tracing::error!(error, "Kong did not take its configuration");
                return false;
            }
        }
        match self.target.write(wanted) {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "the merged file cannot be written");
                false
            }
        }
    }
}
