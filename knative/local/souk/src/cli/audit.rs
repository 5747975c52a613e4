//! What can be said about an audit.

use clap::Args;

/// Options of `audit`.
#[derive(Debug, Args)]
pub(crate) struct AuditOptions {
    /// How many seconds to wait until nothing moves.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) wait: u32,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Every violation, not only the first ten of each rule.
    #[arg(long)]
    pub(crate) all: bool,
}
