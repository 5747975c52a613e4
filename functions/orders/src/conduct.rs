//! Carries out what the saga has decided: the row, what is noted beside it and the announcement, in the caller's transaction.

use souk_kit::{EmitError, postgres::Tx};

use crate::{
    announce::announce,
    domain::{Contradiction, Heard, News, Order},
    store::{erasure, notes, orders},
};

/// Tells a locked order the news, writes what has become of it, and says what there is to say. A contradiction changes nothing
/// and comes back.
pub(crate) async fn tell<E>(
    tx: &mut Tx,
    order: &mut Order,
    news: News,
) -> Result<Result<Heard, Contradiction>, E>
where
    E: From<sqlx::Error> + From<EmitError>,
{
    let before = order.clone();
    let heard = match order.hear(news, tx.now()) {
        Ok(heard) => heard,
        Err(why) => return Ok(Err(why)),
    };
    if order.row() != before.row() {
        orders::save(tx.conn(), &[order]).await?;
    }
    if order.notes != before.notes || order.state != before.state && before.notes.wanted().is_some()
    {
        notes::save(tx.conn(), order).await?;
    }
    if order.state.is_over() && !before.state.is_over() {
        erasure::apply(tx.conn(), &[order.purchase.account_id]).await?;
    }
    say(tx, order, heard)?;
    Ok(Ok(heard))
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
