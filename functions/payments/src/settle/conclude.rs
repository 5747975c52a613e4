//! Writes down what the provider has said, and what follows from it.

use souk_kit::{EmitError, postgres::Tx};

use super::claim::next;
use crate::{
    announce::announce,
    domain::{Entry, Kind, Outcome, Payment, Reply},
    store::{
        ledger,
        payments::{self, Known},
    },
};

/// What is left once an answer is written down.
pub(crate) enum Rest {
    /// Something more is due.
    More,
    /// Nothing.
    Nothing,
    /// The provider will not do what the order wants, for this reason.
    Stuck(String),
}

/// Closes the entry, says what there is to say, and opens what is due next. If somebody else was faster, nothing.
pub(crate) async fn conclude<E>(
    tx: &mut Tx,
    entry: &Entry,
    reply: &Reply,
) -> Result<(Entry, Rest), E>
where
    E: From<sqlx::Error> + From<EmitError>,
{
    let known = payments::lock(tx.conn(), entry.order_id).await?;
    let entry = ledger::find(tx.conn(), entry.entry_id).await?;
    let (Some(Known::Requested(mut payment)), Some(mut entry)) = (known, entry) else {
        return Err(sqlx::Error::RowNotFound.into());
    };
    if entry.outcome != Outcome::Open {
        return Ok((entry, Rest::Nothing));
    }
    let now = tx.now();
    payment.conclude(&entry, reply, now);
    entry.close(reply, now);
    ledger::close(tx.conn(), &entry).await?;
    payments::save(tx.conn(), &payment).await?;
    if let Some(event) = announce(&payment, &entry, tx.id(), now) {
        tx.emit(event)?;
    }
    let rest = go_on(tx, &payment, &entry).await?;
    Ok((entry, rest))
}

/// What an order cannot get is not asked again by itself: somebody has to look at it.
async fn go_on(tx: &mut Tx, payment: &Payment, entry: &Entry) -> Result<Rest, sqlx::Error> {
    if let (Outcome::Refused(reason), None, Kind::Capture | Kind::Void | Kind::Refund) =
        (&entry.outcome, entry.asked_by, entry.kind)
    {
        let why = format!("the provider refuses the {}: {reason}", entry.kind.name());
        return Ok(Rest::Stuck(why));
    }
    match next(tx, payment) {
        None => Ok(Rest::Nothing),
        Some(entry) => {
            ledger::insert(tx.conn(), &entry).await?;
            Ok(Rest::More)
        }
    }
}
