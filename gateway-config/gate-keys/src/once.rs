//! Before Kong starts: the first merged file.

use std::fs;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::merge::{MergeError, merge};
use crate::settings::Settings;
use crate::source::{AskError, Source};
use crate::state::State;
use crate::target::Target;

const BETWEEN_TRIES: Duration = Duration::from_secs(1);
/// So often in a row the name must be unknown: a name server that has only begun may not know it yet.
const UNKNOWN_TIMES: u32 = 3;

/// Why there is no first file. The pod's init container ends with an error and is started again.
#[derive(Debug, thiserror::Error)]
pub enum OnceError {
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(String, #[source] std::io::Error),
    /// Configuration and state do not go together.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// Identity told nothing in time.
    #[error("identity told no keys within {0} s: {1}")]
    NoState(u64, AskError),
}

/// Waits for identity's state and writes the merged file. Gives the number of keys in it.
///
/// While identity's name does not exist there are no tokens to be believed, and the file is written without keys: a shop's gate may be
/// there before its functions. When identity is there and does not answer, a Kong without keys would refuse good tokens; so it does not start.
///
/// # Errors
///
/// [`OnceError`].
pub async fn once(settings: &Settings) -> Result<usize, OnceError> {
    let path = settings.config_file.display().to_string();
    let config =
        fs::read_to_string(&settings.config_file).map_err(|error| OnceError::File(path, error))?;
    let state = first_state(settings).await?;
    let merged = merge(&config, &state)?;
    let path = settings.merged_file.display().to_string();
    let target = Target::new(settings.merged_file.clone());
    target
        .write(&merged)
        .map_err(|error| OnceError::File(path, error))?;
    Ok(state.keys.len())
}

async fn first_state(settings: &Settings) -> Result<State, OnceError> {
    let mut source = Source::new(settings.source_url.clone());
    let end = Instant::now() + settings.wait;
    let mut unknown = 0;
    loop {
        let error = match source.ask().await {
            Ok(Some(state)) => return Ok(state),
            Ok(None) => AskError::NoKeys,
            Err(error) => error,
        };
        unknown = match error {
            AskError::NoSuchHost(_) => unknown + 1,
            _ => 0,
        };
        if unknown == UNKNOWN_TIMES {
            tracing::warn!(%error, "there is no identity yet: Kong starts without keys");
            return Ok(State::default());
        }
        if Instant::now() + BETWEEN_TRIES > end {
            return Err(OnceError::NoState(settings.wait.as_secs(), error));
        }
        tracing::info!(%error, "waiting for identity");
        sleep(BETWEEN_TRIES).await;
    }
}
