//! What can be said about the clock.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::duration;

/// Options of `clock`.
#[derive(Debug, Args)]
pub(crate) struct ClockOptions {
    /// What to do; without it, show the clock.
    #[command(subcommand)]
    pub(crate) action: Option<ClockAction>,
    /// As JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What can be done with the clock.
#[derive(Debug, Subcommand)]
pub(crate) enum ClockAction {
    /// Move it forward, for all processes at once. What is due by then happens now: sweeps, expiries.
    #[command(after_help = "\
Example:
  cargo souk clock advance 30m
  cargo souk clock advance 1d1h")]
    Advance {
        /// How far: days, hours, minutes and seconds, such as 30m or 1h30m. It does not go back.
        #[arg(value_parser = duration::parse)]
        by: Duration,
    },
}
