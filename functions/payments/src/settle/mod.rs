//! Asks the provider for all that is due about an order: write the intention down, ask, write the answer down.
//!
//! No transaction is open while the provider is asked. Who asks has claimed the entry for as long as asking takes, so nobody
//! else asks meanwhile; after a crash the claim runs out, and the same question under the same key is safe.

mod claim;
mod conclude;
mod hear;
mod notice;
mod postpone;

use souk_kit::{EmitError, Refusal, postgres::Tx};
use uuid::Uuid;

use crate::{
    app::App,
    domain::{Entry, Kind, Payment, Reply},
    metrics,
    provider::Unclear,
    store::ledger,
};
use claim::{Claim, claim};
pub(crate) use conclude::{Rest, conclude, write_down};
pub(crate) use hear::News;
pub(crate) use notice::{Noticed, notice};
pub(crate) use postpone::{Heard, finish, postpone, settle_or_postpone};

/// An entry that its holder alone may ask about, for a while.
pub(crate) struct Claimed {
    pub(crate) payment: Payment,
    pub(crate) entry: Entry,
}

/// Why not everything was asked that is due.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The provider gives no clear answer, or is being asked by somebody else; the news is kept.
    Away(String),
    /// Anything else.
    Refused(Refusal),
}

/// Takes news in, and asks until nothing is due. The payment recognises news that it knows, so there is no inbox: one that
/// was written before the provider is asked would call half a thing done, and one written after would say nothing new.
pub(crate) async fn settle(app: &App, order_id: Uuid, news: News) -> Result<(), Halt> {
    let mut news = news;
    loop {
        let claimed = match claim(app, order_id, news).await? {
            Claim::Ours(claimed) => claimed,
            Claim::Taken => {
                let why = format!("the provider is being asked about order {order_id}");
                return Err(Halt::Away(why));
            }
            Claim::Idle => return Ok(()),
        };
        let reply = ask(app, &claimed).await?;
        let tx = app.outbox.begin().await?;
        let concluded = conclude::<Halt>(tx, &claimed.entry, &reply).await?;
        match concluded.commit().await? {
            Rest::More => news = News::Nothing,
            Rest::Nothing => return Ok(()),
            Rest::Stuck(why) => {
                let refusal = Refusal::Never(format!("order {order_id}: {why}"));
                return Err(Halt::Refused(refusal));
            }
        }
    }
}

/// Asks. The claim is given back when the answer is unclear, so that the next try need not wait.
pub(crate) async fn ask(app: &App, claimed: &Claimed) -> Result<Reply, Unclear> {
    let Claimed { payment, entry } = claimed;
    let now = app.outbox.clock().now();
    let answered = app.provider.ask(payment, entry, now).await;
    if answered.is_err() {
        metrics::away(entry.kind);
    }
    if answered.is_err()
        && let Err(error) = ledger::release(app.outbox.pool(), entry).await
    {
        tracing::warn!(%error, "a claim was not given back; it runs out by itself");
    }
    answered
}

/// An entry for what is due, and about how much.
fn open(tx: &Tx, order_id: Uuid, (kind, amount): (Kind, i64)) -> Entry {
    Entry::open(tx.id(), order_id, kind, amount, tx.now())
}

impl From<Unclear> for Halt {
    fn from(unclear: Unclear) -> Self {
        Self::Away(unclear.to_string())
    }
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<sqlx::Error> for Halt {
    fn from(error: sqlx::Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<EmitError> for Halt {
    fn from(error: EmitError) -> Self {
        Self::Refused(error.into())
    }
}
