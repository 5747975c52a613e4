//! What the writer is asked for.

use std::sync::Arc;

use souk_plan::model::TriggerPlan;
use tokio::sync::oneshot;

use super::{GroupStart, Topic};
use crate::OpenError;
use crate::event::Event;

/// One thing to write.
pub(super) enum Command {
    Append(Append),
    Commit(Vec<Position>),
    Regroup(Regroup),
    /// Whether the disk is to be full, and who waits for it.
    Room {
        full: bool,
        answer: oneshot::Sender<Result<(), OpenError>>,
    },
    Close(oneshot::Sender<()>),
}

/// An event to be appended, and who waits for it.
pub(super) struct Append {
    pub(super) topic: Arc<Topic>,
    pub(super) event: Event,
    pub(super) answer: oneshot::Sender<Result<(), AppendError>>,
}

/// Other triggers than before, and who waits for their groups.
pub(super) struct Regroup {
    pub(super) triggers: Vec<TriggerPlan>,
    pub(super) answer: oneshot::Sender<Result<Vec<GroupStart>, OpenError>>,
}

/// Everything before `offset` is done with, for this group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) group_id: i64,
    pub(crate) partition_id: i64,
    pub(crate) offset: u64,
}

/// The event is not in the log.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the event could not be stored: {0}")]
pub(crate) struct AppendError(pub(super) String);

impl AppendError {
    pub(super) fn closed() -> Self {
        Self("the broker's log is closed".to_owned())
    }
}
