//! The process beside each Kong. `gate-keys --once` writes the first file and ends; `gate-keys` follows identity until it is asked to end.

use std::fs;
use std::process::ExitCode;

use souk_gate_keys::{Follower, Settings, once};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::INFO)
        .init();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => Err(error.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "gate-keys ends");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let settings =
        Settings::read(|name| std::env::var(name).ok()).map_err(|error| error.to_string())?;
    let mut end = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["--once"] => {
            let keys = once(&settings).await.map_err(|error| error.to_string())?;
            tracing::info!(keys, "the first configuration is written");
        }
        [] => {
            let config = fs::read_to_string(&settings.config_file);
            let config =
                config.map_err(|error| format!("{}: {error}", settings.config_file.display()))?;
            tokio::select! {
                () = Follower::new(&settings, config).run() => (),
                _ = end.recv() => tracing::info!("asked to end"),
            }
        }
        _ => return Err("gate-keys takes nothing, or --once".to_owned()),
    }
    Ok(())
}
