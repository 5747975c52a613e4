//! How many requests each caller has made in the current windows. They outlive a reload.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use ring::digest::{Context, SHA256};

use super::window::Period;
use crate::recent::Recent;

/// How many counters are kept, at most twice; beyond that the longest unused are forgotten, as Kong's memory does.
const COUNTERS: usize = 65_536;

/// Stands for one caller in one scope. Made by hashing, because a caller may be told by a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CallerId([u8; 32]);

impl CallerId {
    pub(crate) fn new(scope: &str, identifier: &str) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(scope.as_bytes());
        context.update(b"\n");
        context.update(identifier.as_bytes());
        let mut id = [0; 32];
        id.copy_from_slice(context.finish().as_ref());
        Self(id)
    }
}

/// How much of one limit was used before this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) period: Period,
    pub(crate) limit: u64,
    pub(crate) used: u64,
}

impl Usage {
    pub(crate) fn is_used_up(&self) -> bool {
        self.used >= self.limit
    }
}

struct Count {
    window: i64,
    used: u64,
}

/// All counters of all plugins.
pub(crate) struct Counters(Mutex<Recent<(CallerId, Period), Count>>);

impl Default for Counters {
    fn default() -> Self {
        Self(Mutex::new(Recent::new(COUNTERS)))
    }
}

impl Counters {
    /// Counts a request, unless a limit is used up: a refused one moves no counter.
    pub(crate) fn take(
        &self,
        caller: &CallerId,
        limits: &[(Period, u64)],
        now: DateTime<Utc>,
    ) -> Vec<Usage> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let usage: Vec<Usage> = limits
            .iter()
            .map(|(period, limit)| Usage {
                period: *period,
                limit: *limit,
                used: used(&mut counters, (*caller, *period), period.start(now)),
            })
            .collect();
        if !usage.iter().any(Usage::is_used_up) {
            for (period, _) in limits {
                count(&mut counters, (*caller, *period), period.start(now));
            }
        }
        usage
    }
}

type Counts = Recent<(CallerId, Period), Count>;

fn used(counters: &mut Counts, key: (CallerId, Period), window: i64) -> u64 {
    let count = counters
        .get_mut(&key)
        .filter(|count| count.window == window);
    count.map_or(0, |count| count.used)
}

fn count(counters: &mut Counts, key: (CallerId, Period), window: i64) {
    match counters.get_mut(&key) {
        Some(count) if count.window == window => count.used += 1,
        _ => counters.insert(key, Count { window, used: 1 }),
    }
}
