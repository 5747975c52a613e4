//! One-time links that are mailed: to show that a mailbox is its owner's, and to choose another password.
//!
//! A link is asked for in a transaction that also says so ([`LinkRequested`]), and mailed when that event comes back: the broker tries
//! again while the mail server is away. The event names the link; what is secret in it is derived from its id when the mail is
//! written, and is nowhere else. A link is good once, for a while, and for its purpose only.

mod mail;
mod pages;
mod store;
mod token;

use axum::http::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use souk_contracts::{Contract, LinkPurpose, LinkRequested};
use souk_kit::{Problem, Refusal, api::Routes, postgres::Tx};
use uuid::Uuid;

use crate::{
    accounts::store as accounts,
    app::App,
    authorize,
    domain::{Account, Email, Password},
    lockout, sessions,
};
use mail::Letter;
use store::NewLink;
pub(crate) use token::LinkKey;

/// So many an hour are mailed to one address for one purpose: enough for somebody who is impatient, too few to fill a mailbox.
const MAILS_AN_HOUR: i64 = 3;
const AN_HOUR: TimeDelta = TimeDelta::hours(1);
/// Links are removed so long after they have expired, since they count for the bound above.
const KEPT_FOR: TimeDelta = TimeDelta::hours(2);

/// The pages that the mails lead to.
pub(crate) fn routes() -> Routes<App> {
    pages::routes()
}

/// For how long a link is good.
fn good_for(purpose: LinkPurpose) -> TimeDelta {
    match purpose {
        LinkPurpose::EmailVerification => TimeDelta::days(3),
        LinkPurpose::PasswordReset => TimeDelta::minutes(30),
    }
}

/// Has a link mailed to the address of an account, once the transaction is committed; whether it will be, or there were too many
/// within the last hour. Without an account everything is written alike, for an account that does not exist.
pub(crate) async fn issue(
    tx: &mut Tx,
    email: &Email,
    account_id: Option<Uuid>,
    purpose: LinkPurpose,
) -> Result<bool, Problem> {
    let (now, link_id) = (tx.now(), tx.id());
    let account_id = account_id.unwrap_or_else(|| tx.id());
    let account_key = lockout::account_key(email.as_str());
    if store::count_since(tx.conn(), &account_key, purpose, now - AN_HOUR).await? >= MAILS_AN_HOUR {
        return Ok(false);
    }
    let link = NewLink {
        link_id,
        account_id,
        account_key,
        purpose,
        requested_at: now,
        expires_at: now + good_for(purpose),
    };
    store::insert(tx.conn(), &link).await?;
    store::sweep(tx.conn(), now - KEPT_FOR).await?;
    let fact = LinkRequested {
        link_id,
        account_id,
        purpose,
    };
    let event_id = tx.id();
    tx.emit(fact.event(event_id, now))?;
    Ok(true)
}

/// Has a link mailed that replaces the password of whoever has this address. It does the same whether there is such an account or
/// not, and tells nobody.
pub(crate) async fn request_reset(app: &App, email: &str) -> Result<(), Problem> {
    // What is no address has no account, and everybody can see that.
    let Ok(email) = email.parse::<Email>() else {
        return Ok(());
    };
    let mut tx = app.outbox.begin().await?;
    let found = accounts::find_by_email(tx.conn(), &email).await?;
    let account_id = found.map(|stored| stored.account.account_id);
    issue(&mut tx, &email, account_id, LinkPurpose::PasswordReset).await?;
    Ok(tx.commit().await?)
}

/// Mails a link, unless that was done or is of no use any more.
pub(crate) async fn mail(app: &App, requested: &LinkRequested) -> Result<(), Refusal> {
    let (pool, now) = (app.outbox.pool(), app.outbox.clock().now());
    let LinkRequested {
        link_id, purpose, ..
    } = *requested;
    let Some(link) = store::find(pool, link_id, purpose, now).await? else {
        return Ok(());
    };
    if link.mailed_at.is_some() {
        return Ok(());
    }
    // An address that nobody has.
    let Some(account) = accounts::find(pool, link.account_id).await? else {
        return Ok(());
    };
    let letter = Letter {
        link_id,
        purpose,
        account: &account,
        token: app.accounts.link_key.token(link_id, purpose),
        requested_at: link.expires_at - good_for(purpose),
    };
    letter.send(app).await?;
    store::note_mailed(pool, link_id, now).await?;
    Ok(())
}

/// Whether a token can be used still. It changes nothing.
pub(crate) async fn is_good(app: &App, token: &str, purpose: LinkPurpose) -> Result<bool, Problem> {
    let Some(link_id) = app.accounts.link_key.link_id(token, purpose) else {
        return Ok(false);
    };
    let now = app.outbox.clock().now();
    Ok(store::find(app.outbox.pool(), link_id, purpose, now)
        .await?
        .is_some())
}

/// The owner has used the link for it: the address is verified. 422 for a link that is wrong, old, or used.
pub(crate) async fn verify_email(app: &App, token: &str) -> Result<(), Problem> {
    let purpose = LinkPurpose::EmailVerification;
    let mut tx = app.outbox.begin().await?;
    let account = redeem(app, &mut tx, token, purpose).await?;
    let now = tx.now();
    accounts::note_verified(tx.conn(), account.account_id, now).await?;
    store::end_all(tx.conn(), account.account_id, purpose, now).await?;
    Ok(tx.commit().await?)
}

/// The owner has used the link for it: another password. Everybody who is logged in is logged out, and whoever was slowed by wrong
/// passwords is not any more. 422 for a link that is wrong, old, or used.
pub(crate) async fn reset_password(
    app: &App,
    token: &str,
    password: Password,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let purpose = LinkPurpose::PasswordReset;
    // Hashing is dear: whoever has no link is not worth it.
    if !is_good(app, token, purpose).await? {
        return Err(unusable());
    }
    let hash = app.passwords.hash(password).await?;
    let mut tx = app.outbox.begin().await?;
    let account = redeem(app, &mut tx, token, purpose).await?;
    let (account_id, now) = (account.account_id, tx.now());
    accounts::set_password(tx.conn(), account_id, &hash, now).await?;
    accounts::note_verified(tx.conn(), account_id, now).await?;
    store::end_all(tx.conn(), account_id, purpose, now).await?;
    sessions::end_all(&mut tx, account_id, None).await?;
    authorize::end_all(tx.conn(), account_id).await?;
    lockout::forgive(&mut tx, account.email.as_str(), headers).await?;
    Ok(tx.commit().await?)
}

/// Removes all links of an account.
pub(crate) async fn forget(tx: &mut Tx, account_id: Uuid) -> Result<(), Problem> {
    Ok(store::delete_all(tx.conn(), account_id).await?)
}

async fn redeem(
    app: &App,
    tx: &mut Tx,
    token: &str,
    purpose: LinkPurpose,
) -> Result<Account, Problem> {
    let now: DateTime<Utc> = tx.now();
    let link_id = app
        .accounts
        .link_key
        .link_id(token, purpose)
        .ok_or_else(unusable)?;
    let account_id = store::redeem(tx.conn(), link_id, purpose, now)
        .await?
        .ok_or_else(unusable)?;
    accounts::find(tx.conn(), account_id)
        .await?
        .ok_or_else(unusable)
}

fn unusable() -> Problem {
    let detail = "This link is not good any more, or never was. Ask for a new one.";
    Problem::unprocessable("unusable-link", detail)
}

#[cfg(test)]
mod tests;
