#![doc = include_str!("../README.md")]

mod activator;
mod answers;
mod autoscaler;
mod balancer;
mod forward;
mod instance;
mod launcher;
mod load;
mod metrics;
mod pool;
mod port;
mod probe;
mod process;
mod queue_proxy;
mod revision;
mod service;
mod serving;
mod status;
mod system;
mod waiting;

pub use launcher::Launcher;
pub use service::{
    Assigned, Change, Ledger, Readiness, RevisionRecord, ServiceRecord, TrafficChange,
};
pub use serving::Serving;
pub use status::{FunctionStatus, InstanceState, InstanceStatus, RevisionStatus};
