//! Remembers tokens that were found good, so that a busy caller does not cost a signature check per request.
//!
//! It finds them by their hashes, and forgets them when they expire.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use super::Caller;

const CALLERS_MAX: usize = 1024;

#[derive(Default)]
pub(super) struct Cache {
    callers: Mutex<HashMap<[u8; 32], Known>>,
}

/// A token that was found good.
#[derive(Clone)]
pub(super) struct Known {
    /// Who holds it.
    pub(super) caller: Caller,
    /// The key that has signed it: it is good for as long as the key is.
    pub(super) key_id: String,
    /// When it ends, in seconds since 1970.
    pub(super) expires_at: i64,
}

impl Cache {
    pub(super) fn get(&self, token: &str, now: i64) -> Option<Known> {
        let callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = callers.get(&hash(token))?;
        (now < known.expires_at).then(|| known.clone())
    }

    pub(super) fn put(&self, token: &str, known: Known, now: i64) {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= CALLERS_MAX {
            callers.retain(|_, known| now < known.expires_at);
        }
        if callers.len() >= CALLERS_MAX {
            callers.clear();
        }
        callers.insert(hash(token), known);
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;

    fn known() -> Known {
        Known {
            caller: Caller::for_tests(Role::Customer, &[]),
            key_id: "k".to_owned(),
            expires_at: 100,
        }
    }

    #[test]
    fn a_token_is_forgotten_the_moment_it_expires() {
        let cache = Cache::default();
        cache.put("t", known(), 0);
        assert!(cache.get("t", 99).is_some());
        assert!(cache.get("t", 100).is_none());
    }

    #[test]
    fn it_does_not_grow_beyond_its_bound() {
        let cache = Cache::default();
        for n in 0..3 * CALLERS_MAX {
            cache.put(&n.to_string(), known(), 0);
        }
        assert!(cache.callers.lock().unwrap().len() <= CALLERS_MAX);
    }
}
