//! `payments` around its domain, as its folder `settle/` has it: write the intention down, ask, write the answer down. The three
//! are steps of their own, since anything can happen between them.

mod claims;
mod news;
mod notices;

use chrono::{DateTime, TimeDelta, Utc};
use payments::domain::{Announcement, Entry, Next, Outcome, Payment, Reply, left_to_the_broker};
use uuid::Uuid;

use super::post::{Heard, Moment, Post};
use crate::event::What;
pub(crate) use news::News;

/// Three tries of ten seconds, and an allowance: as `Provider::patience`.
const PATIENCE: TimeDelta = TimeDelta::seconds(31);

/// What is known of the payment of an order.
#[derive(Clone, Debug)]
pub(crate) enum Known {
    /// It was requested.
    Requested(Box<Payment>),
    /// Its order was cancelled before.
    Unwanted,
}

/// Why something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An event was heard.
    Event {
        /// By which the broker knows it.
        delivery: u32,
        /// When it happened.
        at: DateTime<Utc>,
        /// Which attempt it is, of a payment that was put off.
        attempt: Option<u32>,
        /// Whether the answer will be lost.
        unanswered: bool,
    },
    /// A sweep, a notice, or a merchant: whoever finds the provider away puts the payment off.
    Own,
    /// A customer who waits, and is told to come again.
    Customer,
}

/// A question that is under way: in the memory of a process, and nowhere else.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// About which order.
    pub(crate) order: usize,
    /// Why.
    pub(crate) origin: Origin,
    /// As it was when the question was claimed.
    pub(crate) payment: Box<Payment>,
    /// What is asked.
    pub(crate) entry: Entry,
    /// What was answered, once it was.
    pub(crate) reply: Option<Reply>,
}

/// The function and its store.
#[derive(Clone, Debug)]
pub(crate) struct Payments {
    /// Outbox, and the inbox of notices.
    pub(crate) post: Post,
    /// The table `payments`, by the numbers of orders.
    pub(crate) known: Vec<Option<Known>>,
    /// The table `ledger`.
    pub(crate) ledger: Vec<(usize, Entry)>,
    /// What is under way.
    pub(crate) questions: Vec<Question>,
    /// The notices that were taken in.
    noticed: std::collections::HashSet<u32>,
}

/// What has come of an attempt to settle what is due.
enum Settled {
    Asking,
    Done,
    Away,
    Never(String),
}

impl Payments {
    /// For so many orders.
    pub(crate) fn of(count: usize) -> Self {
        Self {
            post: Post::default(),
            known: (0..count).map(|_| None).collect(),
            ledger: Vec::new(),
            questions: Vec::new(),
            noticed: std::collections::HashSet::new(),
        }
    }

    /// Takes news in and asks for what is due.
    pub(crate) fn settle(
        &mut self,
        moment: &mut Moment,
        order: usize,
        news: News,
        origin: Origin,
    ) -> Heard {
        let settled = match self.take(moment, order, news) {
            Err(why) => Settled::Never(why),
            Ok(false) => Settled::Done,
            Ok(true) => self.claim(moment, order, origin),
        };
        self.finish(moment, order, origin, settled)
    }

    /// The provider was asked, and nobody knows what it has done.
    pub(crate) fn unclear(&mut self, moment: &mut Moment, n: usize) -> (Origin, Heard) {
        let question = self.questions.remove(n);
        let Question {
            order,
            origin,
            entry,
            ..
        } = question;
        let claimed = self.ledger.iter_mut().map(|(_, entry)| entry);
        for known in claimed.filter(|known| known.entry_id == entry.entry_id) {
            if known.claimed_until == entry.claimed_until {
                known.claimed_until = None;
            }
        }
        (origin, self.finish(moment, order, origin, Settled::Away))
    }

    /// Writes the answer down, and asks for what is due next.
    pub(crate) fn conclude(&mut self, moment: &mut Moment, n: usize) -> Option<(Origin, Heard)> {
        self.questions.get(n)?.reply.as_ref()?;
        let Question {
            order,
            origin,
            entry,
            reply,
            ..
        } = self.questions.remove(n);
        let reply = reply?;
        let Some(known) = self
            .ledger
            .iter()
            .position(|(_, known)| known.entry_id == entry.entry_id)
        else {
            return Some((origin, Heard::Never("the entry is gone".to_owned())));
        };
        let next = match self.ledger[known].1.outcome {
            Outcome::Open => self.write_down(moment, known, &reply),
            // Somebody else was faster.
            _ => Next::Again,
        };
        let settled = match next {
            Next::Nothing => Settled::Done,
            Next::Stuck(why) => Settled::Never(why),
            Next::Again | Next::Due(..) => {
                return Some((origin, self.settle(moment, order, News::Nothing, origin)));
            }
        };
        Some((origin, self.finish(moment, order, origin, settled)))
    }

    /// Closes an open entry, says what there is to say, opens what is due.
    fn write_down(&mut self, moment: &mut Moment, n: usize, reply: &Reply) -> Next {
        let (order, entry) = &mut self.ledger[n];
        let order = *order;
        let Some(Known::Requested(payment)) = &mut self.known[order] else {
            return Next::Nothing;
        };
        let news = payment.conclude(entry, reply, moment.now);
        let next = payment.next(entry);
        if let Some(news) = news {
            self.post.emit(moment, said(&news), order);
        }
        if let Next::Due(kind, amount) = next {
            let id = moment.id();
            let entry = Entry::open(id, super::post::order_id(order), kind, amount, moment.now);
            self.ledger.push((order, entry));
        }
        next
    }

    fn finish(
        &mut self,
        moment: &mut Moment,
        order: usize,
        origin: Origin,
        settled: Settled,
    ) -> Heard {
        let attempt = match (settled, origin) {
            (Settled::Asking, _) => return Heard::Asking,
            (Settled::Done, _) | (Settled::Away, Origin::Customer) => return Heard::Done,
            (Settled::Never(why), _) => return Heard::Never(why),
            (Settled::Away, Origin::Event { at, .. })
                if left_to_the_broker(Some(at), moment.now) =>
            {
                return Heard::Later;
            }
            (Settled::Away, Origin::Event { attempt, .. }) => attempt,
            (Settled::Away, Origin::Own) => None,
        };
        self.postpone(moment, order, attempt);
        Heard::Done
    }

    /// The one entry of an order whose answer is not known.
    pub(crate) fn open_entry(&self, order: usize) -> Option<usize> {
        let mut entries = self.ledger.iter();
        entries.position(|(of, entry)| *of == order && entry.outcome == Outcome::Open)
    }
}

fn said(news: &Announcement) -> What {
    match news {
        Announcement::Authorized => What::PaymentAuthorized,
        Announcement::Declined(_) => What::PaymentDeclined,
        Announcement::AuthenticationRequested => What::AuthenticationRequested,
        Announcement::Captured => What::PaymentCaptured,
        Announcement::CaptureRefused(_) => What::CaptureRefused,
        Announcement::Voided => What::PaymentVoided,
        Announcement::Refunded => What::PaymentRefunded,
    }
}

/// The id of an account; there is one only.
fn account() -> Uuid {
    Uuid::from_u128(7)
}
