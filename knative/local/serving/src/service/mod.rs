//! A Knative Service: its Configuration's revisions, and the Route that leads to them.
//!
//! Decisions are pure and in files of their own; what runs is in `running` and `book`.

mod book;
mod change;
mod directory;
mod gc;
mod ledger;
mod naming;
mod readiness;
mod record;
mod running;
mod split;
mod traffic;

pub use change::{Change, TrafficChange};
pub use ledger::Ledger;
pub use readiness::Readiness;
pub use record::{Assigned, RevisionRecord, ServiceRecord};

pub(crate) use book::Book;
pub(crate) use directory::Directory;
pub(crate) use ledger::Forgetful;
pub(crate) use running::Starter;
