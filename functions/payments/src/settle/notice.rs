//! Takes in what the provider has said unasked. It is concluded as if it had been the answer to the question that is open; whatever
//! answers no open question says nothing new.

use std::time::Duration;

use souk_kit::{Delivery, Refusal};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{Rest, finish, write_down};
use crate::{
    app::App,
    provider::Notice,
    store::{
        ledger,
        payments::{self, Known},
    },
};

/// Where notices come from, in the inbox.
const SOURCE: &str = "/provider/webhooks";
/// So long whoever is asking goes first; if they have died, or their answer is long in coming, the notice counts.
const ASKER_FIRST: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What has become of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noticed {
    /// It has answered the question that was open.
    News,
    /// It was known, or is about nothing that this function asks for.
    Nothing,
}

/// Takes a notice in, once.
pub(crate) async fn notice(app: &App, notice: &Notice) -> Result<Noticed, Refusal> {
    let Some(thing) = notice.intent() else {
        return Ok(Noticed::Nothing);
    };
    let order_id = thing.order_id().and_then(|id| Uuid::parse_str(id).ok());
    let Some(order_id) = order_id else {
        return Ok(Noticed::Nothing);
    };
    let_the_asker_answer(app, order_id).await?;
    let mut tx = app.outbox.begin().await?;
    let Some(Known::Requested(payment)) = payments::lock(tx.conn(), order_id).await? else {
        return Ok(Noticed::Nothing);
    };
    if !thing.is_of(&payment) {
        tracing::warn!(%order_id, notice = notice.id, "a notice is about another payment of this order");
        return Ok(Noticed::Nothing);
    }
    let Some(open) = ledger::find_open(tx.conn(), order_id).await? else {
        return Ok(Noticed::Nothing);
    };
    let Some(reply) = payment.shown(&open, &thing.intent()) else {
        return Ok(Noticed::Nothing);
    };
    if !tx.first_time(&received(notice)).await? {
        return Ok(Noticed::Nothing);
    }
    let concluded = write_down::<Refusal>(tx, *payment, open, &reply).await?;
    if let Rest::More = concluded.commit().await? {
        finish::<Refusal>(app, order_id).await?;
    }
    Ok(Noticed::News)
}

/// A provider notifies while its answer to the question is still on the way. Who has asked handles the order's own event, and what is said of
/// the payment is to be a part of that and of its trace: so they have a moment to write the answer down, and the notice then says nothing new.
async fn let_the_asker_answer(app: &App, order_id: Uuid) -> Result<(), sqlx::Error> {
    let until = Instant::now() + ASKER_FIRST;
    let (pool, clock) = (app.outbox.pool(), app.outbox.clock());
    while Instant::now() < until && ledger::is_asked_about(pool, order_id, clock.now()).await? {
        sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// As the inbox knows it.
fn received(notice: &Notice) -> Delivery<()> {
    Delivery {
        id: notice.id.clone(),
        source: SOURCE.to_owned(),
        event_type: notice.kind.clone(),
        time: None,
        data: (),
    }
}
