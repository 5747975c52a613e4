//! What can be said about events that no consumer took, as the operator.

use clap::{Args, Subcommand};

/// Options of `dead-letters`.
#[derive(Debug, Args)]
pub(crate) struct DeadLettersOptions {
    /// What to do; without it, list those that are open.
    #[command(subcommand)]
    pub(crate) action: Option<DeadLettersAction>,
    /// As JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What can be done with dead letters.
#[derive(Debug, Subcommand)]
pub(crate) enum DeadLettersAction {
    /// List them, newest first.
    #[command(after_help = "\
Example:
  cargo souk dead-letters list --destination inventory
  cargo souk dead-letters list --status discarded")]
    List {
        /// Which ones.
        #[arg(long, default_value = "open", value_parser = ["open", "redriven", "discarded", "all"])]
        status: String,
        #[command(flatten)]
        filter: LetterFilter,
        /// At most so many.
        #[arg(long, value_name = "NUMBER", default_value_t = 100)]
        limit: usize,
    },
    /// Show one of them whole: the event, what its consumer answered, what was done about it.
    #[command(after_help = "\
Example:
  cargo souk dead-letters show 01989f2a-7d3b-7c10-8f3e-5d0f4c1f7a02")]
    Show {
        /// The dead letter.
        dead_letter_id: String,
    },
    /// Send them again, each to the function that did not take it and to no other.
    #[command(after_help = "\
Mend the cause first: what is refused again stays open with the new error.

Example:
  cargo souk dead-letters redrive 01989f2a-7d3b-7c10-8f3e-5d0f4c1f7a02
  cargo souk dead-letters redrive --all --destination inventory")]
    Redrive {
        #[command(flatten)]
        which: Which,
    },
    /// Say that they are not to be sent again, and why. They stay in the list.
    #[command(after_help = "\
Example:
  cargo souk dead-letters discard 01989f2a-7d3b-7c10-8f3e-5d0f4c1f7a02 --reason 'order of a test'")]
    Discard {
        #[command(flatten)]
        which: Which,
        /// For whoever looks at them later.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Some dead letters.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// These.
    #[arg(
        value_name = "ID",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub(crate) dead_letter_ids: Vec<String>,
    /// All that are open and match.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: LetterFilter,
}

/// Which dead letters are meant.
#[derive(Debug, Args)]
pub(crate) struct LetterFilter {
    /// Only events of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) event_type: Option<String>,
    /// Only what this function did not take.
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) destination: Option<String>,
    /// Only what came since then, such as 2026-03-14T09:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
}
