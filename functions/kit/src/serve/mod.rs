//! Runs a function: from the environment to a bound port, and from SIGTERM to an orderly end.

mod layers;
mod run;
mod service;

pub use run::{StartError, run};
pub use service::Service;
