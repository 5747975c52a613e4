//! The first key, and every next one. Whoever changes keys holds a lock, so that instances that do it at once come one after the
//! other.

use chrono::{DateTime, TimeDelta, Utc};
use souk_kit::Problem;
use sqlx::{Acquire, PgConnection};

use super::{
    Keys, Pair,
    ring::{Term, terms},
    store::{self, Row},
};

/// What of an id is in a key's name: of a UUID of version 7 the time, and some chance.
const ID_DIGITS: usize = 16;

/// The first key, if there is none: the one that the configuration gives, else a new one.
pub(super) async fn begin(keys: &Keys) -> Result<(), Problem> {
    let mut conn = keys.0.pool.acquire().await?;
    let mut tx = conn.begin().await?;
    store::lock(&mut tx).await?;
    if store::all(&mut *tx).await?.is_empty() {
        let now = keys.0.clock.now();
        let row = match &keys.0.settings.first {
            Some((key_id, pair)) => keys.sealed(key_id.clone(), pair, now, now)?,
            None => keys.made(now, now)?,
        };
        store::insert(&mut tx, &row).await?;
        tx.commit().await?;
        tracing::info!(key_id = row.key_id, "the first key signs");
    }
    Ok(())
}

/// A new key that signs in a while.
pub(super) async fn rotate(keys: &Keys) -> Result<(), Problem> {
    let mut conn = keys.0.pool.acquire().await?;
    let mut tx = conn.begin().await?;
    store::lock(&mut tx).await?;
    let now = keys.0.clock.now();
    if let Some(waiting) = waiting(&mut tx, now).await? {
        let (key_id, signs_from) = (waiting.key_id, waiting.signs_from);
        let detail = format!("The key {key_id} waits already, and signs from {signs_from} on.");
        return Err(Problem::conflict("rotation-under-way", detail));
    }
    let row = keys.made(now, now + keys.0.settings.lead)?;
    add(&mut tx, &row, now, keys.0.settings.kept).await?;
    tx.commit().await?;
    tracing::info!(key_id = row.key_id, signs_from = %row.signs_from, "a new key is known");
    keys.0.held.forget();
    Ok(())
}

/// A new key that signs at once, in the place of one that others may have.
pub(super) async fn replace(keys: &Keys, compromised: &str) -> Result<(), Problem> {
    let mut conn = keys.0.pool.acquire().await?;
    let mut tx = conn.begin().await?;
    store::lock(&mut tx).await?;
    let now = keys.0.clock.now();
    if !store::delete(&mut tx, compromised).await? {
        return Err(Problem::not_found("key", compromised));
    }
    let row = keys.made(now, now)?;
    add(&mut tx, &row, now, keys.0.settings.kept).await?;
    tx.commit().await?;
    tracing::warn!(
        compromised,
        key_id = row.key_id,
        "a key was taken away; a new one signs"
    );
    keys.0.held.forget();
    Ok(())
}

async fn waiting(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<Row>, sqlx::Error> {
    let rows = store::all(conn).await?;
    Ok(rows.into_iter().find(|row| row.signs_from > now))
}

/// Adds a key, says when the others retire, and takes those away that have.
async fn add(
    conn: &mut PgConnection,
    row: &Row,
    now: DateTime<Utc>,
    kept: TimeDelta,
) -> Result<(), sqlx::Error> {
    store::delete_retired(conn, now).await?;
    store::insert(conn, row).await?;
    let old: Vec<_> = store::all(&mut *conn)
        .await?
        .iter()
        .map(Row::term)
        .collect();
    for term in terms(old.clone(), kept) {
        if !old.contains(&term) {
            store::retire(conn, &term).await?;
        }
    }
    Ok(())
}

impl Keys {
    fn made(&self, now: DateTime<Utc>, signs_from: DateTime<Utc>) -> Result<Row, Problem> {
        // The end of an id is chance, its beginning is the time.
        let id = self.0.ids.at(now).simple().to_string();
        let (time, chance) = id.split_at(12);
        let key_id = format!("{time}-{}", &chance[chance.len() - (ID_DIGITS - 12)..]);
        let pair = Pair::generate(&self.0.chance)?;
        self.sealed(key_id, &pair, now, signs_from)
    }

    fn sealed(
        &self,
        key_id: String,
        pair: &Pair,
        now: DateTime<Utc>,
        signs_from: DateTime<Utc>,
    ) -> Result<Row, Problem> {
        let chance = self.0.chance.bytes()?;
        let nonce = *chance
            .first_chunk()
            .ok_or_else(|| Problem::internal("chance is shorter than a nonce"))?;
        let master = &self.0.settings.master;
        let sealed = master.seal(&key_id, pair.private_pem.as_bytes(), nonce);
        Ok(Row {
            key_id,
            sealed,
            public_key_pem: pair.public_pem.clone(),
            published_at: now,
            signs_from,
            retires_at: None,
        })
    }
}

impl Row {
    fn term(&self) -> Term {
        Term {
            key_id: self.key_id.clone(),
            signs_from: self.signs_from,
            retires_at: self.retires_at,
        }
    }
}
