//! What can be said to the doctor.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::Sources;

/// Options of `doctor`: those of `up` that decide whether a shop can be opened. An open shop is looked at with its own.
#[derive(Debug, Args)]
pub(crate) struct DoctorOptions {
    /// Where the gateway would listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub(crate) listen: SocketAddr,
    /// Where the console would listen [default: 127.0.0.1:8002, or a free port when that is taken].
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) console: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// The folder with the functions' executables [default: beside souk itself].
    #[arg(long, value_name = "DIR")]
    pub(crate) functions: Option<PathBuf>,
    /// The folder with the PostgreSQL to use instead of a fetched one.
    #[arg(long, value_name = "DIR")]
    pub(crate) postgres_bin: Option<PathBuf>,
    /// As JSON; the form is stable and documented in knative/local/souk/README.md.
    #[arg(long)]
    pub(crate) json: bool,
}
