//! Slows down whoever guesses passwords, without locking out the owner of the account.
//!
//! Wrong passwords are counted for each pair of account and place. A place is a device that carries the cookie of an earlier
//! login, else the network of the address. After some that are free the wait doubles, up to a quarter of an hour. So that
//! a thousand addresses do not get a thousand times the guesses, those of all unknown places are counted together too; that count
//! slows unknown places only. A place where the account has logged in during the last 90 days has its own count and no other, so
//! an attacker elsewhere cannot make the owner wait there. At a new place the owner can: then a link by mail
//! (`POST /v1/password-resets`) forgives everything.
//!
//! An account is named by the digest of its address, so that an address without an account is counted, answered and slowed alike.
//! Attempts are counted when they have failed, and [`succeeded`] looks again: of passwords that are tried at once, no more get
//! through than are hashed at once.

mod pace;
mod source;
mod store;

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use souk_kit::{Problem, postgres::Tx};
use sqlx::PgConnection;

use crate::{app::App, seen::Seen};
use pace::{Failures, Of, wait_seconds};
pub(crate) use source::account_key;
use source::{COOKIE_NAME, COOKIE_NAME_SECURE, Source};
use store::ANYWHERE;

/// For so long a place is known after a login there.
const KNOWN_FOR: TimeDelta = TimeDelta::days(90);
/// What is known is written down again only after so long.
const FRESH_FOR: TimeDelta = TimeDelta::days(1);
/// The cookie lives as long as browsers allow.
const COOKIE_SECONDS: i64 = 400 * 24 * 3600;

/// An attempt to log in that was let through.
#[derive(Debug)]
pub(crate) struct Attempt {
    account_key: [u8; 32],
    source: Source,
    known: Known,
    has_device: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// The account has never logged in there, or long ago.
    No,
    /// It has, and it is time to write that down again.
    Stale,
    /// It has.
    Fresh,
}

/// Whether the password of this account may be tried now: 429 with `Retry-After` if not. To be asked before a password is compared,
/// for any text that may be an address.
pub(crate) async fn check(app: &App, email: &str, headers: &HeaderMap) -> Result<Attempt, Problem> {
    let now = app.outbox.clock().now();
    let account_key = account_key(email);
    let device = source::device_secret(headers).map(source::device);
    let address = source::address(Seen::of(headers).address.as_deref());
    let places: Vec<_> = device.into_iter().chain([address]).collect();
    let known = store::known(app.outbox.pool(), &account_key, &places, now - KNOWN_FOR).await?;
    let when = |place: &Source| {
        let found = known.iter().find(|(source, _)| source == place);
        found.map(|(_, last_login_at)| *last_login_at)
    };
    // A device that nobody knows is nothing: else every made-up cookie had guesses of its own.
    let found = places.iter().find_map(|place| Some((*place, when(place)?)));
    let attempt = Attempt {
        account_key,
        source: found.map_or(address, |(place, _)| place),
        known: match found {
            None => Known::No,
            Some((_, at)) if at <= now - FRESH_FOR => Known::Stale,
            Some(_) => Known::Fresh,
        },
        has_device: device.is_some_and(|device| when(&device).is_some()),
    };
    let mut conn = app.outbox.pool().acquire().await?;
    attempt.admit(&mut conn, now).await?;
    Ok(attempt)
}

/// The password was wrong.
pub(crate) async fn failed(app: &App, attempt: &Attempt) -> Result<(), Problem> {
    let (now, pool) = (app.outbox.clock().now(), app.outbox.pool());
    let own = attempt.source.as_slice();
    let counted: &[&[u8]] = match attempt.known {
        Known::No => &[ANYWHERE, own],
        Known::Stale | Known::Fresh => &[own],
    };
    store::count(pool, &attempt.account_key, counted, now).await?;
    store::sweep(pool, now).await?;
    Ok(())
}

/// The password was right: the place is known from this transaction's commit on. 429 if others have guessed too often meanwhile.
pub(crate) async fn succeeded(tx: &mut Tx, attempt: &Attempt) -> Result<(), Problem> {
    let now = tx.now();
    if attempt.admit(tx.conn(), now).await? {
        store::forgive(tx.conn(), &attempt.account_key, &attempt.source).await?;
    }
    if attempt.known != Known::Fresh {
        store::forget_places(tx.conn(), &attempt.account_key, now - KNOWN_FOR).await?;
        store::remember(tx.conn(), &attempt.account_key, &attempt.source, now).await?;
    }
    Ok(())
}

/// For pages, after [`succeeded`]: a `Set-Cookie` that makes this browser known from the commit on, if it is not yet. `secret` is
/// 32 random bytes; `secure` is whether the shop is reached by TLS.
pub(crate) async fn remember_device(
    tx: &mut Tx,
    attempt: &Attempt,
    secret: [u8; 32],
    secure: bool,
) -> Result<Option<HeaderValue>, Problem> {
    if attempt.has_device {
        return Ok(None);
    }
    let secret = URL_SAFE_NO_PAD.encode(secret);
    let now = tx.now();
    store::remember(
        tx.conn(),
        &attempt.account_key,
        &source::device(&secret),
        now,
    )
    .await?;
    let (name, secure) = if secure {
        (COOKIE_NAME_SECURE, "; Secure")
    } else {
        (COOKIE_NAME, "")
    };
    let cookie = format!(
        "{name}={secret}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}"
    );
    let mut cookie = HeaderValue::try_from(cookie).map_err(Problem::internal)?;
    cookie.set_sensitive(true);
    Ok(Some(cookie))
}

/// The owner has shown that the mailbox is theirs: all failures are forgotten, and the address they have done it from is known.
pub(crate) async fn forgive(tx: &mut Tx, email: &str, headers: &HeaderMap) -> Result<(), Problem> {
    let (account_key, now) = (account_key(email), tx.now());
    let address = source::address(Seen::of(headers).address.as_deref());
    store::forgive_all(tx.conn(), &account_key).await?;
    store::remember(tx.conn(), &account_key, &address, now).await?;
    Ok(())
}

/// Forgets everything about an address.
pub(crate) async fn forget(tx: &mut Tx, email: &str) -> Result<(), Problem> {
    let (account_key, now) = (account_key(email), tx.now());
    store::forgive_all(tx.conn(), &account_key).await?;
    store::forget_places(tx.conn(), &account_key, now + FRESH_FOR).await?;
    Ok(())
}

impl Attempt {
    /// 429, or whether there are failures of this place to be forgiven.
    async fn admit(&self, conn: &mut PgConnection, now: DateTime<Utc>) -> Result<bool, Problem> {
        let own = store::failures(&mut *conn, &self.account_key, &self.source).await?;
        let mut wait = waiting(own, Of::OnePlace, now);
        if self.known == Known::No {
            let everybody = store::failures(&mut *conn, &self.account_key, ANYWHERE).await?;
            wait = wait.max(waiting(everybody, Of::Anywhere, now));
        }
        if wait > 0 {
            return Err(too_many(wait));
        }
        Ok(own.is_some())
    }
}

fn waiting(failures: Option<Failures>, of: Of, now: DateTime<Utc>) -> i64 {
    failures.map_or(0, |failures| wait_seconds(failures, of, now))
}

fn too_many(seconds: i64) -> Problem {
    let detail = format!("There were too many wrong passwords. Try again in {seconds} s.");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", detail)
        .retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
