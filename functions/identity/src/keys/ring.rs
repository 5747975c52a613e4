//! All keys at one time: which one signs, which are believed. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{EncodingKey, jwk::Jwk};

/// One key.
pub(crate) struct Key {
    /// The `kid` of its tokens.
    pub(crate) key_id: String,
    /// Its public half (SPKI, PEM).
    pub(crate) public_key_pem: String,
    /// When it was made known.
    pub(crate) published_at: DateTime<Utc>,
    /// From when on it signs.
    pub(crate) signs_from: DateTime<Utc>,
    /// When it stops being believed, if that is known.
    pub(crate) retires_at: Option<DateTime<Utc>>,
    pub(super) jwk: Jwk,
    pub(super) encoding: EncodingKey,
}

/// What a key does at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is known, and does not sign yet.
    Waiting,
    /// It signs.
    Signing,
    /// It signs no more; its tokens are believed.
    Verifying,
}

/// All keys that are known.
#[derive(Default)]
pub(crate) struct Ring(Vec<Key>);

/// When a key signs and when it retires: what rotation decides about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) key_id: String,
    pub(super) signs_from: DateTime<Utc>,
    pub(super) retires_at: Option<DateTime<Utc>>,
}

impl Key {
    fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.retires_at.is_none_or(|at| now < at)
    }
}

impl Ring {
    /// These, in any order.
    pub(super) fn of(mut keys: Vec<Key>) -> Self {
        keys.sort_by(|a, b| (a.signs_from, &a.key_id).cmp(&(b.signs_from, &b.key_id)));
        Self(keys)
    }

    /// The newest that signs already.
    pub(super) fn signing(&self, now: DateTime<Utc>) -> Option<&Key> {
        let mut signing = self.live(now).filter(|key| key.signs_from <= now);
        signing.next_back()
    }

    /// Those that are believed, the oldest first.
    pub(crate) fn live(&self, now: DateTime<Utc>) -> impl DoubleEndedIterator<Item = &Key> {
        self.0.iter().filter(move |key| key.is_live(now))
    }

    /// What this key does.
    pub(crate) fn state(&self, key: &Key, now: DateTime<Utc>) -> State {
        let signing = self.signing(now).map(|key| key.key_id.as_str());
        if key.signs_from > now {
            State::Waiting
        } else if signing == Some(&key.key_id) {
            State::Signing
        } else {
            State::Verifying
        }
    }
}

impl State {
    /// Its name for operators.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Signing => "signing",
            Self::Verifying => "verifying",
        }
    }
}

/// When each key retires: `kept` after the next one begins to sign, when the last of its tokens has expired. The last one stays.
pub(super) fn terms(mut terms: Vec<Term>, kept: TimeDelta) -> Vec<Term> {
    terms.sort_by(|a, b| (a.signs_from, &a.key_id).cmp(&(b.signs_from, &b.key_id)));
    let begins: Vec<_> = terms.iter().map(|term| term.signs_from).collect();
    for (term, next) in terms.iter_mut().zip(begins.iter().skip(1)) {
        term.retires_at = Some(
            term.retires_at
                .map_or(*next + kept, |at| at.min(*next + kept)),
        );
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chance::Chance, keys::pair::Pair};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn key(key_id: &str, signs_from: i64, retires_at: Option<i64>) -> Key {
        let pair = Pair::generate(&Chance::system()).unwrap();
        Key {
            key_id: key_id.to_owned(),
            public_key_pem: pair.public_pem.clone(),
            published_at: at(0),
            signs_from: at(signs_from),
            retires_at: retires_at.map(at),
            jwk: pair.jwk(key_id).unwrap(),
            encoding: pair.encoding().unwrap(),
        }
    }

    #[test]
    fn a_new_key_is_known_before_it_signs_and_the_old_one_is_believed_after_it_does() {
        let ring = Ring::of(vec![key("new", 120, None), key("old", 0, Some(1080))]);
        let seen = |now: i64| {
            let live: Vec<_> = ring.live(at(now)).map(|key| key.key_id.as_str()).collect();
            let signing = ring.signing(at(now)).map(|key| key.key_id.as_str());
            (live.join(" "), signing.unwrap_or_default().to_owned())
        };
        assert_eq!(seen(119), ("old new".to_owned(), "old".to_owned()));
        assert_eq!(seen(120), ("old new".to_owned(), "new".to_owned()));
        assert_eq!(seen(1080), ("new".to_owned(), "new".to_owned()));
        let states = ring.live(at(500)).map(|key| ring.state(key, at(500)));
        assert_eq!(
            states.collect::<Vec<_>>(),
            [State::Verifying, State::Signing]
        );
    }

    #[test]
    fn without_a_key_that_signs_nothing_is_signed() {
        assert!(
            Ring::of(vec![key("new", 120, None)])
                .signing(at(0))
                .is_none()
        );
    }

    #[test]
    fn a_key_retires_when_its_last_token_has_expired_and_never_later_than_was_said() {
        let term = |key_id: &str, signs_from, retires_at: Option<i64>| Term {
            key_id: key_id.to_owned(),
            signs_from: at(signs_from),
            retires_at: retires_at.map(at),
        };
        let old = vec![
            term("c", 300, None),
            term("a", 0, Some(500)),
            term("b", 100, None),
        ];
        let new = terms(old, TimeDelta::seconds(900));
        let expected = [
            term("a", 0, Some(500)),
            term("b", 100, Some(1200)),
            term("c", 300, None),
        ];
        assert_eq!(new, expected);
    }
}
