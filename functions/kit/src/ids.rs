//! New ids, handed in, so that a test can foresee them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use uuid::Uuid;

/// Makes ids. Clones of a sequence continue it.
#[derive(Clone, Debug)]
pub struct Ids(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Sequence(Arc<AtomicU64>),
}

impl Ids {
    /// UUIDs of version 7: unique, and in the order of their making.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// 1, 2, 3 and so on, written as UUIDs.
    pub fn sequence() -> Self {
        Self(Source::Sequence(Arc::default()))
    }

    /// An id that was never given before.
    pub fn next(&self) -> Uuid {
        match &self.0 {
            Source::System => Uuid::now_v7(),
            Source::Sequence(last) => {
                Uuid::from_u128(u128::from(last.fetch_add(1, Ordering::Relaxed)) + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
