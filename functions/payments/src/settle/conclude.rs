//! Writes down what the provider has said, and what follows from it.

use souk_kit::{EmitError, postgres::Tx};
use uuid::Uuid;

use super::open;
use crate::{
    announce::announce,
    domain::{Entry, Next, Operation, Outcome, Payment, Reply},
    metrics,
    store::{
        ledger,
        payments::{self, Known},
        waits,
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

/// An answer that is written down in a transaction which is still open.
#[must_use = "it has to be committed"]
pub(crate) struct Concluded {
    tx: Tx,
    /// The entry as it is now.
    pub(crate) entry: Entry,
    rest: Rest,
    operation: Option<Operation>,
}

impl Concluded {
    /// The transaction, for what else belongs into it.
    pub(crate) fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Commits, and counts what was done; what is left then.
    pub(crate) async fn commit(self) -> Result<Rest, sqlx::Error> {
        self.tx.commit().await?;
        if let Some(operation) = self.operation {
            metrics::concluded(operation);
        }
        Ok(self.rest)
    }
}

/// Closes the entry, says what there is to say, and opens what is due next. If somebody else was faster, nothing but what that has left.
pub(crate) async fn conclude<E>(mut tx: Tx, entry: &Entry, reply: &Reply) -> Result<Concluded, E>
where
    E: From<sqlx::Error> + From<EmitError>,
{
    let known = payments::lock(tx.conn(), entry.order_id).await?;
    let entry = ledger::find(tx.conn(), entry.entry_id).await?;
    let (Some(Known::Requested(payment)), Some(entry)) = (known, entry) else {
        return Err(sqlx::Error::RowNotFound.into());
    };
    if entry.outcome != Outcome::Open {
        return Ok(Concluded {
            tx,
            entry,
            rest: Rest::More,
            operation: None,
        });
    }
    write_down(tx, *payment, entry, reply).await
}

/// The same for what is locked and read already; the entry is open.
pub(crate) async fn write_down<E>(
    mut tx: Tx,
    mut payment: Payment,
    mut entry: Entry,
    reply: &Reply,
) -> Result<Concluded, E>
where
    E: From<sqlx::Error> + From<EmitError>,
{
    let (now, waited) = (tx.now(), payment.wait.clone());
    let news = payment.conclude(&mut entry, reply, now);
    ledger::close(tx.conn(), &entry).await?;
    payments::save(tx.conn(), &payment).await?;
    if payment.wait != waited {
        waits::save(tx.conn(), entry.order_id, &payment.wait).await?;
    }
    if let Some(news) = news {
        tx.emit(announce(&payment, &entry, news, tx.id(), now))?;
    }
    let rest = go_on(&mut tx, entry.order_id, payment.next(&entry)).await?;
    Ok(Concluded {
        tx,
        operation: Operation::of(&payment, &entry),
        entry,
        rest,
    })
}

async fn go_on(tx: &mut Tx, order_id: Uuid, next: Next) -> Result<Rest, sqlx::Error> {
    match next {
        Next::Nothing => Ok(Rest::Nothing),
        Next::Again => Ok(Rest::More),
        Next::Stuck(why) => Ok(Rest::Stuck(why)),
        Next::Due(kind, amount) => {
            let entry = open(tx, order_id, (kind, amount));
            ledger::insert(tx.conn(), &entry).await?;
            Ok(Rest::More)
        }
    }
}
