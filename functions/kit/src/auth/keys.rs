//! Public keys by their ids: given once, or fetched when they are needed and kept fresh behind the callers' backs.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jsonwebtoken::{Algorithm, jwk::JwkSet};
use tokio::sync::Mutex;

use super::{
    fetch::Fetch,
    key::{Key, usable},
    pace::{KeysAway, Pace},
};
use crate::Clock;

/// Public keys by their ids. Clones are the same keys.
#[derive(Clone)]
pub(crate) struct Keys(Arc<Inner>);

struct Inner {
    algorithms: &'static [Algorithm],
    held: RwLock<Held>,
    source: Option<Source>,
    clock: Clock,
}

#[derive(Default)]
struct Held {
    keys: HashMap<String, Arc<Key>>,
    /// When they were fetched; in microseconds since 1970.
    at: Option<i64>,
}

struct Source {
    fetch: Fetch,
    pace: Pace,
    /// When the keys are to be fetched again in the background; microseconds since 1970.
    due: AtomicI64,
    /// How many fetches have begun.
    begun: AtomicU64,
    /// Whoever fetches holds it.
    turn: Mutex<Option<Turn>>,
}

/// How a fetch has ended.
struct Turn {
    number: u64,
    at: i64,
    outcome: Result<(), String>,
}

impl Keys {
    /// These keys and no others.
    pub(crate) fn fixed(set: &JwkSet, algorithms: &'static [Algorithm], clock: Clock) -> Self {
        let keys = Self::new(algorithms, None, clock);
        keys.replace(set);
        keys
    }

    /// Keys that are fetched when the first one is asked for.
    pub(crate) fn fetched(
        fetch: Fetch,
        algorithms: &'static [Algorithm],
        pace: Pace,
        clock: Clock,
    ) -> Self {
        let source = Source {
            fetch,
            pace,
            due: AtomicI64::new(i64::MAX),
            begun: AtomicU64::new(0),
            turn: Mutex::new(None),
        };
        Self::new(algorithms, Some(source), clock)
    }

    fn new(algorithms: &'static [Algorithm], source: Option<Source>, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            algorithms,
            held: RwLock::default(),
            source,
            clock,
        }))
    }

    /// Takes these in place of those it has.
    pub(crate) fn replace(&self, set: &JwkSet) {
        let usable = set
            .keys
            .iter()
            .filter_map(|jwk| usable(jwk, self.0.algorithms));
        let held = Held {
            keys: usable.collect(),
            at: Some(self.now()),
        };
        *self.0.held.write().unwrap_or_else(PoisonError::into_inner) = held;
    }

    /// The key, if it is here. Keys that are not fresh are fetched again in the background.
    pub(crate) fn held(&self, key_id: &str) -> Option<Arc<Key>> {
        let (key, at) = {
            let held = self.0.held.read().unwrap_or_else(PoisonError::into_inner);
            (held.keys.get(key_id).cloned(), held.at?)
        };
        let Some(source) = &self.0.source else {
            return key;
        };
        let now = self.now();
        if now - at >= micros(source.pace.usable) {
            return None;
        }
        let due = source.due.load(Ordering::Relaxed);
        let next = now + micros(source.pace.between);
        if now >= due
            && source
                .due
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            let keys = self.clone();
            tokio::spawn(async move { keys.refresh().await });
        }
        key
    }

    /// The key, if there is one: an unknown id is looked for where the keys come from.
    pub(crate) async fn find(&self, key_id: &str) -> Result<Option<Arc<Key>>, KeysAway> {
        if let Some(key) = self.held(key_id) {
            return Ok(Some(key));
        }
        match &self.0.source {
            None => Ok(None),
            Some(source) => self.fetch_for(source, key_id).await,
        }
    }

    /// One fetch at a time. Whoever waited for one that began after it came is content with its outcome.
    async fn fetch_for(&self, source: &Source, key_id: &str) -> Result<Option<Arc<Key>>, KeysAway> {
        let arrived = source.begun.load(Ordering::SeqCst);
        let mut turn = source.turn.lock().await;
        if let Some(key) = self.held(key_id) {
            return Ok(Some(key));
        }
        if let Some(last) = &*turn {
            let elapsed = Duration::from_micros(self.now().abs_diff(last.at));
            match &last.outcome {
                Ok(()) if last.number > arrived => return Ok(None),
                Ok(()) => tokio::time::sleep(source.pace.between.saturating_sub(elapsed)).await,
                Err(why) if last.number > arrived || elapsed < source.pace.after_failure => {
                    return Err(KeysAway(why.clone()));
                }
                Err(_) => {}
            }
        }
        let last = self.fetch(source).await;
        let outcome = last.outcome.clone();
        *turn = Some(last);
        outcome.map_err(KeysAway)?;
        Ok(self.held(key_id))
    }

    async fn refresh(&self) {
        let Some(source) = &self.0.source else { return };
        let Ok(mut turn) = source.turn.try_lock() else {
            return;
        };
        let last = self.fetch(source).await;
        if let Err(why) = &last.outcome {
            tracing::warn!(why, "keys could not be fetched again; the old ones go on");
            // Nobody who asks for a key that is here has to wait, or to be told.
            return;
        }
        *turn = Some(last);
    }

    async fn fetch(&self, source: &Source) -> Turn {
        let number = source.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let outcome = source.fetch.get().await;
        let at = self.now();
        let outcome = outcome.map(|set| {
            self.replace(&set);
            source
                .due
                .store(at + micros(source.pace.fresh), Ordering::Relaxed);
        });
        Turn {
            number,
            at,
            outcome,
        }
    }

    fn now(&self) -> i64 {
        self.0.clock.now().timestamp_micros()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.0.held.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_set().entries(held.keys.keys()).finish()
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use axum::{Router, extract::State, routing::get};
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    use super::*;

    /// The first answer has one key, each later one another beside it.
    async fn jwks(State(asked): State<Arc<AtomicUsize>>) -> axum::Json<Value> {
        // The example of RFC 7517, appendix A.1.
        let key = |id: &str| {
            json!({
                "kty": "EC", "crv": "P-256", "kid": id,
                "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            })
        };
        axum::Json(match asked.fetch_add(1, Ordering::SeqCst) {
            0 => json!({ "keys": [key("first")] }),
            _ => json!({ "keys": [key("first"), key("second")] }),
        })
    }

    #[tokio::test]
    async fn a_new_key_is_found_even_if_the_keys_were_fetched_a_moment_ago() {
        let asked = Arc::new(AtomicUsize::new(0));
        let routes = Router::new().route("/", get(jwks));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let routes = routes.with_state(Arc::clone(&asked));
        tokio::spawn(axum::serve(listener, routes).into_future());
        let pace = Pace {
            between: Duration::from_millis(50),
            ..Pace::usual()
        };
        let fetch = Fetch::new(url.parse().unwrap()).unwrap();
        let keys = Keys::fetched(fetch, &[Algorithm::ES256], pace, Clock::system());
        assert!(keys.find("first").await.unwrap().is_some());
        assert!(keys.find("second").await.unwrap().is_some());
        assert!(keys.find("third").await.unwrap().is_none());
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }
}
