//! New ids, handed in, so that a test can foresee them.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

/// Makes ids. Clones of a sequence continue it.
#[derive(Clone, Debug)]
pub struct Ids(Source);

#[derive(Clone, Debug)]
enum Source {
    /// What was counted within the present millisecond, for ids of a time that is handed in.
    System(Arc<Mutex<ContextV7>>),
    Sequence(Arc<AtomicU64>),
}

impl Ids {
    /// UUIDs of version 7: unique, and in the order of their making.
    pub fn system() -> Self {
        Self(Source::System(Arc::new(Mutex::new(ContextV7::new()))))
    }

    /// 1, 2, 3 and so on, written as UUIDs.
    pub fn sequence() -> Self {
        Self(Source::Sequence(Arc::default()))
    }

    /// An id that was never given before.
    pub fn next(&self) -> Uuid {
        match &self.0 {
            Source::System(_) => Uuid::now_v7(),
            Source::Sequence(last) => following(last),
        }
    }

    /// An id that was never given before and, being of version 7, says that it was made at this time: for what is kept
    /// by the time in its id.
    pub fn at(&self, time: DateTime<Utc>) -> Uuid {
        match &self.0 {
            Source::System(counted) => {
                let counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
                let seconds = u64::try_from(time.timestamp()).unwrap_or_default();
                let of_second = time.timestamp_subsec_nanos();
                Uuid::new_v7(Timestamp::from_unix(&*counted, seconds, of_second))
            }
            Source::Sequence(last) => following(last),
        }
    }
}

fn following(last: &AtomicU64) -> Uuid {
    Uuid::from_u128(u128::from(last.fetch_add(1, Ordering::Relaxed)) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_time_say_it_and_sort_by_their_making() {
        let (ids, time) = (
            Ids::system(),
            DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        );
        let made: Vec<_> = (0..100).map(|_| ids.at(time)).collect();
        assert!(made.is_sorted());
        let told = made[0].get_timestamp().unwrap().to_unix();
        assert_eq!(told, (1_800_000_000, 0));
    }

    #[test]
    fn a_sequence_is_foreseeable_and_shared_by_its_clones() {
        let ids = Ids::sequence();
        assert_eq!(ids.next(), Uuid::from_u128(1));
        assert_eq!(ids.clone().next(), Uuid::from_u128(2));
    }

    #[test]
    fn ids_of_the_system_sort_by_their_making() {
        let ids = Ids::system();
        let (first, second) = (ids.next(), ids.next());
        assert!(first < second);
    }
}
