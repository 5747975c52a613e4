//! Takes news of an order in: what is wanted of its payment from now on.

use souk_kit::{Refusal, postgres::Tx};
use uuid::Uuid;

use crate::{
    domain::{Fact, Payment, Request},
    store::payments::{self, Known},
};

/// What is heard about an order.
#[derive(Clone)]
pub(crate) enum News {
    /// It is to be paid.
    Requested(Request),
    /// Its parcel has left.
    Dispatched,
    /// It will not be shipped; whose it is.
    Cancelled(Uuid),
    /// Nothing: only what was left open is to be asked.
    Nothing,
}

/// The payment, locked, once it has taken the news in; none if there is no payment and will be none.
pub(super) async fn hear(
    tx: &mut Tx,
    order_id: Uuid,
    news: News,
) -> Result<Option<Payment>, Refusal> {
    let now = tx.now();
    if let News::Requested(request) = &news {
        let payment = Payment::requested(tx.id(), request.clone(), now);
        if payments::insert(tx.conn(), &payment).await? {
            return Ok(Some(payment));
        }
    }
    let mut payment = match (payments::lock(tx.conn(), order_id).await?, &news) {
        (Some(Known::Requested(payment)), _) => *payment,
        (Some(Known::Unwanted), News::Dispatched) => return Err(unheard_of(order_id)),
        (Some(Known::Unwanted), _) => return Ok(None),
        (None, News::Cancelled(account_id)) => {
            return note_unwanted(tx, order_id, *account_id)
                .await
                .map(|()| None);
        }
        (None, _) => return Err(unheard_of(order_id)),
    };
    let fact = match news {
        News::Dispatched => Fact::ShipmentDispatched,
        News::Cancelled(_) => Fact::OrderCancelled,
        News::Requested(_) | News::Nothing => return Ok(Some(payment)),
    };
    let contradiction = |why| Refusal::Never(format!("order {order_id}: {why}"));
    if payment.hear(fact, now).map_err(contradiction)? {
        payments::save(tx.conn(), &payment).await?;
    }
    Ok(Some(payment))
}

/// The request may be still on its way.
async fn note_unwanted(tx: &mut Tx, order_id: Uuid, account_id: Uuid) -> Result<(), Refusal> {
    let (payment_id, now) = (tx.id(), tx.now());
    if payments::insert_unwanted(tx.conn(), order_id, payment_id, account_id, now).await? {
        return Ok(());
    }
    let why = format!("the payment of order {order_id} was requested at this moment");
    Err(Refusal::Later(why))
}

/// Orders asks for the money before anybody can pack a parcel: a request that is unknown is none that will come.
fn unheard_of(order_id: Uuid) -> Refusal {
    Refusal::Never(format!("no payment was requested for order {order_id}"))
}
