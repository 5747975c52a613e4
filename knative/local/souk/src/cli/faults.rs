//! What can be said about faults.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::duration;
use crate::faults::{Disk, Life, Mails, Provider};

/// Options of `faults`.
#[derive(Debug, Args)]
pub(crate) struct FaultsOptions {
    /// What goes wrong; without it, show what does.
    #[command(subcommand)]
    pub(crate) action: Option<FaultsAction>,
    /// As JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What can go wrong.
#[derive(Debug, Subcommand)]
pub(crate) enum FaultsAction {
    /// Events that are sent to a subscriber twice, and late, so that they overtake each other.
    #[command(after_help = "\
Example:
  cargo souk faults deliveries --duplicate 0.1 --delay 500ms --seed 1
  cargo souk faults deliveries --off")]
    Deliveries(DeliveriesOptions),
    /// A full disk under the broker's log: it takes no events.
    #[command(after_help = "\
Example:
  cargo souk faults broker-disk full")]
    BrokerDisk {
        /// How it is.
        state: Disk,
    },
    /// A payment provider that is slow, fails, or says nothing.
    #[command(after_help = "\
Example:
  cargo souk faults provider hang")]
    Provider {
        /// How it is.
        state: Provider,
    },
    /// A mail server that takes no mails.
    #[command(after_help = "\
Example:
  cargo souk faults mails fail")]
    Mails {
        /// How it is.
        state: Mails,
    },
    /// A function that is dead: its instances are killed, and each start fails until it may live again.
    #[command(after_help = "\
Example:
  cargo souk faults function payments dead
  cargo souk faults function payments alive")]
    Function {
        /// Its name.
        name: String,
        /// How it is.
        state: Life,
    },
    /// An event that its consumer refuses for good: it becomes a dead letter.
    #[command(after_help = "\
Example:
  cargo souk faults poison --consumer inventory
  cargo souk dead-letters")]
    Poison {
        /// The function that is to hear it.
        #[arg(long, value_name = "FUNCTION", default_value = "inventory")]
        consumer: String,
    },
    /// Everything as it should be.
    #[command(after_help = "\
Example:
  cargo souk faults off")]
    Off,
}

/// How deliveries go wrong.
#[derive(Debug, Args)]
pub(crate) struct DeliveriesOptions {
    /// The probability that an event is sent twice, from 0 to 1.
    #[arg(long, value_name = "PROBABILITY", default_value_t = 0.0)]
    pub(crate) duplicate: f64,
    /// Each copy is held back between nothing and so long, such as 500ms; a minute at most.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration::parse)]
    pub(crate) delay: Duration,
    /// Where chance begins: the same seed gives the same copies and delays for the same events.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// As they should be.
    #[arg(long, conflicts_with_all = ["duplicate", "delay", "seed"])]
    pub(crate) off: bool,
}
