//! Lists that were made a moment ago. What every visitor asks for is then read once a second, and not from the same
//! few partitions by everybody; indexes are behind by a moment anyway.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::Filter;

const KEPT: TimeDelta = TimeDelta::seconds(1);
/// Together the two bound what is kept to 8 MiB.
const LISTS_MAX: usize = 128;
const LIST_BYTES_MAX: usize = 64 * 1024;

/// Which list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Products: filter, limit and cursor.
    Page(Filter, u32, Option<String>),
    /// The categories, which are one partition.
    Categories,
}

/// What was answered to whoever asked last. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Recent(Arc<Mutex<Lists>>);

#[derive(Default)]
struct Lists {
    made: HashMap<Key, (DateTime<Utc>, Bytes)>,
    changes: u64,
}

/// How many changes there had been when a list began to be made.
#[derive(Clone, Copy)]
pub(crate) struct Begun(u64);

impl Recent {
    /// The list, or leave to make it.
    pub(crate) fn find(&self, key: &Key, now: DateTime<Utc>) -> Result<Bytes, Begun> {
        let lists = self.lock();
        match lists.made.get(key) {
            Some((made_at, list)) if now < *made_at + KEPT => Ok(list.clone()),
            _ => Err(Begun(lists.changes)),
        }
    }

    /// Keeps a list, unless something has changed while it was being made.
    pub(crate) fn keep(&self, begun: Begun, key: Key, list: &Bytes, now: DateTime<Utc>) {
        let mut lists = self.lock();
        if begun.0 != lists.changes || list.len() > LIST_BYTES_MAX {
            return;
        }
        if lists.made.len() >= LISTS_MAX {
            lists.made.clear();
        }
        lists.made.insert(key, (now, list.clone()));
    }

    /// Forgets all: what is sold has changed here. Other instances are behind for as long as they keep theirs.
    pub(crate) fn forget(&self) {
        let mut lists = self.lock();
        lists.made.clear();
        lists.changes += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(limit: u32) -> Key {
        Key::Page(Filter::default(), limit, None)
    }

    fn made(recent: &Recent, limit: u32) {
        let now = DateTime::UNIX_EPOCH;
        let begun = recent.find(&key(limit), now).err().unwrap();
        recent.keep(begun, key(limit), &Bytes::from_static(b"[]"), now);
    }

    #[test]
    fn a_list_is_kept_for_a_second_and_under_its_own_key() {
        let (recent, now) = (Recent::default(), DateTime::UNIX_EPOCH);
        made(&recent, 1);
        let almost = now + TimeDelta::milliseconds(999);
        assert!(recent.find(&key(1), almost).is_ok());
        assert!(recent.find(&key(2), almost).is_err());
        assert!(recent.find(&key(1), now + KEPT).is_err());
    }

    #[test]
    fn a_list_that_was_begun_before_a_change_is_not_kept() {
        let (recent, now) = (Recent::default(), DateTime::UNIX_EPOCH);
        let begun = recent.find(&key(1), now).err().unwrap();
        recent.forget();
        recent.keep(begun, key(1), &Bytes::new(), now);
        assert!(recent.find(&key(1), now).is_err());
    }

    #[test]
    fn what_is_kept_does_not_grow_beyond_its_bounds() {
        let (recent, now) = (Recent::default(), DateTime::UNIX_EPOCH);
        for limit in 0..1_000 {
            made(&recent, limit);
        }
        assert!(recent.lock().made.len() <= LISTS_MAX);
        let begun = recent.find(&key(9_999), now).err().unwrap();
        let large = Bytes::from(vec![0; LIST_BYTES_MAX + 1]);
        recent.keep(begun, key(9_999), &large, now);
        assert!(recent.find(&key(9_999), now).is_err());
    }
}
