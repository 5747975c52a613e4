//! Something that is kept for a moment: it is read again when it is asked for and older than that. Whoever asks meanwhile waits for
//! the same reading.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Mutex as Turn, time::Instant};

/// A `T` that is never older than its age says.
pub(crate) struct Fresh<T> {
    held: Mutex<Held<T>>,
    /// Whose turn it is to read.
    turn: Turn<()>,
    age: Duration,
}

struct Held<T> {
    thing: Option<Arc<T>>,
    /// None: it is to be read again, whatever its age.
    read_at: Option<Instant>,
    /// How often it was said to be old: what was being read then is old, too.
    forgotten: u64,
}

impl<T> Fresh<T> {
    /// Nothing yet.
    pub(crate) fn new(age: Duration) -> Self {
        let held = Held {
            thing: None,
            read_at: None,
            forgotten: 0,
        };
        Self {
            held: Mutex::new(held),
            turn: Turn::new(()),
            age,
        }
    }

    /// What is held; `load` reads it again when it is too old, and is handed the old one.
    pub(crate) async fn get<E, F>(
        &self,
        load: impl FnOnce(Option<Arc<T>>) -> F,
    ) -> Result<Arc<T>, E>
    where
        F: Future<Output = Result<Arc<T>, E>>,
    {
        if let Some(thing) = self.young() {
            return Ok(thing);
        }
        let _turn = self.turn.lock().await;
        if let Some(thing) = self.young() {
            return Ok(thing);
        }
        let forgotten = self.held().forgotten;
        let begun_at = Instant::now();
        let thing = load(self.latest()).await?;
        let mut held = self.held();
        held.thing = Some(thing.clone());
        held.read_at = (held.forgotten == forgotten).then_some(begun_at);
        Ok(thing)
    }

    /// What was read last, however old; without waiting.
    pub(crate) fn latest(&self) -> Option<Arc<T>> {
        self.held().thing.clone()
    }

    /// The next who asks has it read again.
    pub(crate) fn forget(&self) {
        let mut held = self.held();
        held.read_at = None;
        held.forgotten += 1;
    }

    fn young(&self) -> Option<Arc<T>> {
        let held = self.held();
        let young = held.read_at.is_some_and(|at| at.elapsed() < self.age);
        held.thing.clone().filter(|_| young)
    }

    fn held(&self) -> MutexGuard<'_, Held<T>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(fresh: &Fresh<u32>, value: u32) -> u32 {
        let load = |_| async { Ok::<_, ()>(Arc::new(value)) };
        *fresh.get(load).await.unwrap()
    }

    #[tokio::test]
    async fn it_is_read_again_when_it_is_old_or_said_to_be() {
        let fresh = Fresh::new(Duration::from_secs(1000));
        assert_eq!(read(&fresh, 1).await, 1);
        assert_eq!(read(&fresh, 2).await, 1);
        fresh.forget();
        assert_eq!(fresh.latest().as_deref(), Some(&1));
        assert_eq!(read(&fresh, 3).await, 3);
        let never = Fresh::new(Duration::ZERO);
        assert_eq!((read(&never, 1).await, read(&never, 2).await), (1, 2));
    }

    #[tokio::test]
    async fn what_was_being_read_when_it_changed_is_read_again() {
        let fresh = Fresh::new(Duration::from_secs(1000));
        let load = |_| async {
            fresh.forget();
            Ok::<_, ()>(Arc::new(1))
        };
        assert_eq!(*fresh.get(load).await.unwrap(), 1);
        assert_eq!(read(&fresh, 2).await, 2);
    }
}
