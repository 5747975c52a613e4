//! Carries out what the saga has decided: the row and the announcement, in the caller's transaction.

use souk_kit::{EmitError, postgres::Tx};

use crate::{
    announce::announce,
    domain::{Heard, Order},
    store::{erasure, orders},
};

/// Writes an order that has taken news in, and says what there is to say.
pub(crate) async fn record<E>(tx: &mut Tx, order: &Order, heard: Heard) -> Result<(), E>
where
    E: From<sqlx::Error> + From<EmitError>,
{
    if heard == Heard::Nothing {
        return Ok(());
    }
    orders::save(tx.conn(), &[order]).await?;
    if order.state.is_over() {
        erasure::apply(tx.conn(), &[order.purchase.account_id]).await?;
    }
    say(tx, order, heard)?;
    Ok(())
}

/// Says what there is to say about an order that is being written.
pub(crate) fn say(tx: &mut Tx, order: &Order, heard: Heard) -> Result<(), EmitError> {
    match heard {
        Heard::Moved(announcement) => {
            let event = announce(order, announcement, tx.id(), tx.now());
            tx.emit(event)
        }
        Heard::Noted | Heard::Nothing => Ok(()),
    }
}
