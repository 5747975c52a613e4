//! What a cluster's operators would have done: every ConfigMap and Secret that the manifests refer to and do not hold.
//!
//! `rules` decides, without doing anything; `provide` makes and keeps; `config` is what processes see.

mod config;
mod provide;
mod rules;
mod variable;

pub(crate) use config::Config;
pub(crate) use provide::{Engines, Made, Needs, database_password};
use rules::{Rule, rule};
pub(crate) use variable::{gateway_variable, upper_snake};
