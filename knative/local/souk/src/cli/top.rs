//! What can be said about the screen.

use clap::Args;

/// Options of `top`.
#[derive(Debug, Args)]
pub(crate) struct TopOptions {
    /// Print it once, as text; as wide as COLUMNS says, else 120 columns.
    #[arg(long)]
    pub(crate) once: bool,
}
