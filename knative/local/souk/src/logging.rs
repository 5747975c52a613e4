//! Where souk writes what it does: everything to its log, warnings to the terminal as well while there is one.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::log_file;

const DEFAULT: &str = "info,sqlx=warn,hyper=warn,reqwest=warn";

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
