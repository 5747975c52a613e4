//! A bulkhead: only so many calls at a time, only so many waiting, so that one slow neighbour cannot fill the ship.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bounds the calls to one neighbour.
#[derive(Debug, Clone)]
pub struct Bulkhead {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

/// There is no room, not even to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many calls are waiting")]
pub struct Full;

/// A place inside; given back when dropped.
#[derive(Debug)]
pub struct Place {
    _running: OwnedSemaphorePermit,
    _admitted: OwnedSemaphorePermit,
}

impl Bulkhead {
    /// Room for `running` calls and `waiting` more.
    pub fn new(running: usize, waiting: usize) -> Self {
        let admitted = Arc::new(Semaphore::new(running + waiting));
        Self {
            running: Arc::new(Semaphore::new(running)),
            admitted,
        }
    }

    /// A place, if one is free now and nobody waits for it.
    pub(crate) fn enter_now(&self) -> Option<Place> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().ok()?;
        let running = Arc::clone(&self.running).try_acquire_owned().ok()?;
        Some(Place {
            _running: running,
            _admitted: admitted,
        })
    }

    /// A place, now or when one is free; refused at once when too many wait.
    pub async fn enter(&self) -> Result<Place, Full> {
        let admitted = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_| Full)?;
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| Full)?;
        Ok(Place {
            _running: running,
            _admitted: admitted,
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_finds_no_room_waits_and_who_finds_no_room_to_wait_is_refused() {
        let bulkhead = Bulkhead::new(1, 1);
        let inside = bulkhead.enter().await.unwrap();
        let mut waiting = Box::pin(bulkhead.enter());
        assert!((&mut waiting).now_or_never().is_none());
        assert_eq!(bulkhead.enter().await.unwrap_err(), Full);
        drop(inside);
        assert!(waiting.await.is_ok());
    }
}
