//! Runs a function: from the environment to a bound port, and from SIGTERM to an orderly end.

mod layers;
mod observe;
mod run;
mod service;
mod shed;

pub use run::{Program, StartError, run};
pub(crate) use service::BODY_BYTES_USUAL;
pub use service::Service;
