//! Who may ask: the one open entry of an order, for one at a time.

use chrono::{DateTime, Utc};
use souk_kit::{Refusal, postgres::Tx};
use uuid::Uuid;

use super::{Claimed, News, hear::hear, open};
use crate::{app::App, domain::Payment, store::ledger};

/// Who may ask now.
pub(super) enum Claim {
    /// The caller.
    Ours(Box<Claimed>),
    /// Somebody else is asking at this moment.
    Taken,
    /// Nobody: there is nothing to ask.
    Idle,
}

/// Takes news in, and claims what is to be asked, in one transaction.
pub(super) async fn claim(app: &App, order_id: Uuid, news: News) -> Result<Claim, Refusal> {
    let mut tx = app.outbox.begin().await?;
    let Some(payment) = hear(&mut tx, order_id, news).await? else {
        tx.commit().await?;
        return Ok(Claim::Idle);
    };
    let until = tx.now() + app.provider.patience();
    let claim = claim_due(&mut tx, payment, until).await?;
    tx.commit().await?;
    Ok(claim)
}

/// What was left open comes first.
async fn claim_due(
    tx: &mut Tx,
    payment: Payment,
    until: DateTime<Utc>,
) -> Result<Claim, sqlx::Error> {
    let (now, order_id) = (tx.now(), payment.request.order_id);
    let entry = match ledger::find_open(tx.conn(), order_id).await? {
        Some(entry) if entry.is_claimed(now) => return Ok(Claim::Taken),
        Some(entry) => {
            let entry = entry.claimed(until);
            ledger::claim(tx.conn(), &entry).await?;
            entry
        }
        None => {
            let Some(due) = payment.due() else {
                return Ok(Claim::Idle);
            };
            let entry = open(tx, order_id, due).claimed(until);
            ledger::insert(tx.conn(), &entry).await?;
            entry
        }
    };
    Ok(Claim::Ours(Box::new(Claimed { payment, entry })))
}
