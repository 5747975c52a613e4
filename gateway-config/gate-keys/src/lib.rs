//! Brings identity's keys and clients to the gate.
//!
//! Kong believes a token when one of its consumers has a credential for it, and it knows no JWKS. So whoever runs Kong without a
//! database has to write each key into its configuration whenever identity changes its keys. [`merge`] is that step, and pure:
//! `kong.yaml` as it is deployed, and the [`State`] that identity tells, make the configuration that Kong gets.
//!
//! The rest of this crate is the process around it on a cluster, beside each Kong (`gate-keys`): it asks identity, merges, and
//! posts to its own Kong. On one machine the runtime does that itself and needs [`merge`] alone.

mod admin;
mod ask;
mod follow;
mod merge;
mod once;
mod settings;
mod source;
mod state;
mod target;
mod yaml;

pub use admin::Admin;
pub use follow::Follower;
pub use merge::{GROUP_OF_MACHINES, MergeError, PEOPLE, merge};
pub use once::{OnceError, once};
pub use settings::{Settings, SettingsError};
pub use source::{AskError, Source};
pub use state::{Client, Key, State};
pub use target::Target;
