//! Puts a payment off while the provider is away: it waits in an event of its own, which comes back to this function.
//!
//! Nobody sleeps and no process has to stay. An event is left to the broker first, which delivers it again with growing pauses; before
//! its tries are over it is accepted, and the payment is put off. So an outage of any length leaves no dead letter, and the newest
//! attempt, delivered again and again, finds the provider within seconds of its return.

use chrono::{DateTime, Utc};
use souk_contracts::PaymentPostponed;
use souk_kit::{Delivery, EmitError, Refusal};
use uuid::Uuid;

use super::{Halt, News, settle};
use crate::{
    announce,
    app::App,
    domain::left_to_the_broker,
    metrics,
    store::{
        ledger,
        payments::{self, Known},
        waits,
    },
};

/// The event that is being handled.
#[derive(Clone, Copy)]
pub(crate) struct Heard {
    /// When it happened, if it says so.
    pub(crate) at: Option<DateTime<Utc>>,
    /// Which attempt it is, if it is one of a payment that was put off.
    pub(crate) attempt: Option<u32>,
}

impl Heard {
    /// An event that brings news.
    pub(crate) fn event<T>(delivery: &Delivery<T>) -> Self {
        Self {
            at: delivery.time,
            attempt: None,
        }
    }

    /// An event of a payment that was put off.
    pub(crate) fn attempt(delivery: &Delivery<PaymentPostponed>) -> Self {
        Self {
            at: delivery.time,
            attempt: Some(delivery.data.attempt),
        }
    }
}

/// Takes an event's news in and asks for all that is due; puts it off if the provider is away for longer than the broker should wait.
pub(crate) async fn settle_or_postpone(
    app: &App,
    order_id: Uuid,
    news: News,
    heard: Heard,
) -> Result<(), Refusal> {
    match settle(app, order_id, news).await {
        Ok(()) => Ok(()),
        Err(Halt::Refused(refusal)) => Err(refusal),
        Err(Halt::Away(why)) => {
            if left_to_the_broker(heard.at, app.outbox.clock().now()) {
                return Err(Refusal::Later(why));
            }
            postpone(app, order_id, heard.attempt, &why).await
        }
    }
}

/// Asks for what is due now. What has made it due is kept, so a provider that is away is asked again by an event of this function's
/// own, and what else is in the way for now is left to the sweep.
pub(crate) async fn finish<E>(app: &App, order_id: Uuid) -> Result<(), E>
where
    E: From<sqlx::Error> + From<EmitError>,
{
    match settle(app, order_id, News::Nothing).await {
        Ok(()) => Ok(()),
        Err(Halt::Away(why)) => postpone(app, order_id, None, &why).await,
        Err(Halt::Refused(Refusal::Never(why))) => {
            tracing::error!(%order_id, why, "somebody has to look at a payment");
            Ok(())
        }
        Err(Halt::Refused(Refusal::Later(why))) => {
            tracing::warn!(%order_id, why, "a payment is left to the sweep");
            Ok(())
        }
    }
}

/// Puts a payment off, unless nothing is asked about it any more or somebody else goes on asking.
pub(crate) async fn postpone<E>(
    app: &App,
    order_id: Uuid,
    attempt: Option<u32>,
    why: &str,
) -> Result<(), E>
where
    E: From<sqlx::Error> + From<EmitError>,
{
    let mut tx = app.outbox.begin().await?;
    let Some(Known::Requested(mut payment)) = payments::lock(tx.conn(), order_id).await? else {
        return Ok(());
    };
    if ledger::find_open(tx.conn(), order_id).await?.is_none() {
        return Ok(());
    }
    let now = tx.now();
    let again = payment.wait.postpone(attempt, now);
    if let Some(attempt) = again {
        tracing::warn!(%order_id, attempt, why, "a payment is put off");
        waits::save(tx.conn(), order_id, &payment.wait).await?;
        tx.emit(announce::postponed(&payment, attempt, tx.id(), now))?;
    }
    tx.commit().await?;
    if again.is_some() {
        metrics::postponed();
    }
    Ok(())
}
