//! The keys that sign tokens. They are made here, kept encrypted in the database, and known to the gate and to every function
//! before they sign. Every instance reads them again when what it holds is older than a second, so that all of them sign
//! with the same one.

mod pair;
mod ring;
mod rotate;
mod seal;
mod store;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, encode, jwk::JwkSet};
use serde::Serialize;
use souk_kit::{Clock, Ids, Problem, StartError, TokenVerifier};
use sqlx::PgPool;

pub(crate) use pair::Pair;
pub(crate) use ring::{Key, Ring};
pub(crate) use seal::Master;

use crate::{chance::Chance, fresh::Fresh};
use store::Row;

/// How old the keys may be that an instance goes by.
const AGE: Duration = Duration::from_secs(1);

/// How keys are made and used.
#[derive(Clone)]
pub(crate) struct KeySettings {
    /// Encrypts them in the store.
    pub(crate) master: Master,
    /// The first key, if it is given: its id, and the key itself.
    pub(crate) first: Option<(String, Arc<Pair>)>,
    /// How long a new key is known before it signs.
    pub(crate) lead: TimeDelta,
    /// How long a key is believed after the next one has begun to sign: the longest life of a token, and what clocks differ by.
    pub(crate) kept: TimeDelta,
    /// `iss` and `aud` of the tokens that are believed here.
    pub(crate) issuer: String,
    pub(crate) audience: String,
}

/// The keys of the function. Clones share what they hold.
#[derive(Clone)]
pub(crate) struct Keys(Arc<Inner>);

struct Inner {
    pool: PgPool,
    clock: Clock,
    ids: Ids,
    chance: Chance,
    settings: KeySettings,
    held: Fresh<Held>,
    verifier: TokenVerifier,
}

/// The keys as they were read.
pub(crate) struct Held {
    rows: Vec<Row>,
    /// The keys.
    pub(crate) ring: Ring,
}

/// What a token is, in its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For functions (RFC 9068).
    Access,
    /// For clients (OpenID Connect).
    Id,
}

impl Keys {
    /// The keys in the store; if there is none, the first.
    pub(crate) async fn start(
        pool: PgPool,
        (clock, ids, chance): (Clock, Ids, Chance),
        settings: KeySettings,
    ) -> Result<Self, StartError> {
        let (issuer, audience) = (&settings.issuer, &settings.audience);
        let nothing = JwkSet { keys: Vec::new() };
        let inner = Inner {
            verifier: TokenVerifier::new(issuer, audience, &nothing, clock.clone()),
            pool,
            clock,
            ids,
            chance,
            settings,
            held: Fresh::new(AGE),
        };
        let keys = Self(Arc::new(inner));
        let other = |problem: Problem| StartError::Other(problem.detail().to_owned());
        rotate::begin(&keys).await.map_err(other)?;
        if let Err(problem) = keys.held().await {
            let why = "the signing keys in the database cannot be opened; IDENTITY_KEY_ENCRYPTION_KEY has to be the one \
                       that they were sealed with";
            tracing::error!(%problem, why);
            return Err(StartError::Other(why.to_owned()));
        }
        Ok(keys)
    }

    /// The keys, at most a second old.
    pub(crate) async fn held(&self) -> Result<Arc<Held>, Problem> {
        self.0.held.get(|old| self.load(old)).await
    }

    /// Believes the tokens of the keys as they were read last.
    pub(crate) fn verifier(&self) -> TokenVerifier {
        self.0.verifier.clone()
    }

    /// The key that other secrets are derived from.
    pub(crate) fn master(&self) -> &Master {
        &self.0.settings.master
    }

    /// The keys as they are in the store now.
    pub(crate) async fn held_now(&self) -> Result<Arc<Held>, Problem> {
        self.0.held.forget();
        self.held().await
    }

    /// Signs what `claims` says for the key that signs now; it is given the key's id.
    pub(crate) async fn sign<C: Serialize>(
        &self,
        kind: Kind,
        claims: impl FnOnce(&str) -> C,
    ) -> Result<String, Problem> {
        let held = self.latest().await?;
        let signing = held.ring.signing(self.0.clock.now());
        let key = signing.ok_or_else(|| Problem::internal("there is no key that signs"))?;
        let header = Header {
            typ: Some(kind.typ().to_owned()),
            kid: Some(key.key_id.clone()),
            ..Header::new(Algorithm::ES256)
        };
        let claims = claims(&key.key_id);
        encode(&header, &claims, &key.encoding).map_err(Problem::internal)
    }

    /// Makes a new key that signs in a while. 409 if one waits already.
    pub(crate) async fn rotate(&self) -> Result<(), Problem> {
        rotate::rotate(self).await
    }

    /// Takes a key away that others may have, at once, and makes a new one that signs at once. 404 if there is no such key.
    pub(crate) async fn replace(&self, compromised: &str) -> Result<(), Problem> {
        rotate::replace(self, compromised).await
    }

    /// The keys as they were read last. Every request has them read when it begins; to read them here could wait for a connection
    /// that is held by whoever asks.
    async fn latest(&self) -> Result<Arc<Held>, Problem> {
        match self.0.held.latest() {
            Some(held) => Ok(held),
            None => self.held().await,
        }
    }

    async fn load(&self, old: Option<Arc<Held>>) -> Result<Arc<Held>, Problem> {
        let rows = store::all(&self.0.pool).await?;
        match old {
            Some(old) if old.rows == rows => Ok(old),
            _ => self.opened(rows).map(Arc::new),
        }
    }

    /// All that is made of the rows: only if one has changed.
    fn opened(&self, rows: Vec<Row>) -> Result<Held, Problem> {
        let keys = rows.iter().map(|row| self.open(row));
        let ring = Ring::of(keys.collect::<Result<_, _>>()?);
        // Those that have retired meanwhile are believed until rotation takes them away: they have signed nothing that is left.
        let keys = ring.jwks(DateTime::<Utc>::MIN_UTC);
        self.0.verifier.replace_keys(&JwkSet { keys });
        Ok(Held { rows, ring })
    }

    fn open(&self, row: &Row) -> Result<Key, Problem> {
        let text = self.0.settings.master.open(&row.key_id, &row.sealed);
        let text = text.map_err(Problem::internal)?;
        let text = std::str::from_utf8(&text).map_err(Problem::internal)?;
        let pair = Pair::read(text).map_err(Problem::internal)?;
        Ok(Key {
            key_id: row.key_id.clone(),
            public_key_pem: pair.public_pem.clone(),
            published_at: row.published_at,
            signs_from: row.signs_from,
            retires_at: row.retires_at,
            jwk: pair.jwk(&row.key_id).map_err(Problem::internal)?,
            encoding: pair.encoding().map_err(Problem::internal)?,
        })
    }
}

impl Kind {
    fn typ(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Id => "JWT",
        }
    }
}

impl Ring {
    /// The public halves of those that are believed, as RFC 7517 has them.
    pub(crate) fn jwks(&self, now: DateTime<Utc>) -> Vec<jsonwebtoken::jwk::Jwk> {
        self.live(now).map(|key| key.jwk.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
