//! Where souk writes what it does: everything to its log, warnings to the terminal as well while there is one.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::log_file;

const DEFAULT: &str = "info,sqlx=warn,hyper=warn,reqwest=warn";

/// For a command without a data directory: to the terminal, from now on.
pub(crate) fn start_on_terminal() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let to_terminal = fmt::layer()
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_filter(filter);
    tracing_subscriber::registry().with(to_terminal).init();
}

/// From now on; `RUST_LOG` chooses what goes to the log.
pub(crate) fn start(data_dir: &DataDir, has_terminal: bool) -> Outcome {
    let path = data_dir.log("souk");
    let log = log_file::open(&path)
        .map_err(|error| Failure::new(error, "Check who owns that folder."))?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let to_file = fmt::layer()
        .with_ansi(false)
        .with_writer(log)
        .with_filter(filter);
    let warnings = fmt::layer()
        .without_time()
        .with_target(false)
        .with_writer(std::io::stderr);
    let to_terminal = has_terminal.then(|| warnings.with_filter(LevelFilter::WARN));
    tracing_subscriber::registry()
        .with(to_file)
        .with(to_terminal)
        .init();
    Ok(())
}
