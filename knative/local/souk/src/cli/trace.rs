//! What can be said about a trace.

use clap::Args;

/// Options of `trace`.
#[derive(Debug, Args)]
pub(crate) struct TraceOptions {
    /// An order, or a trace (32 hexadecimal digits).
    #[arg(value_name = "ORDER|TRACE")]
    pub(crate) id: String,
    /// As JSON: {"path": ..., "traces": [...]}, as the console answers them.
    #[arg(long)]
    pub(crate) json: bool,
}
