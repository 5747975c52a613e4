//! An order, and what it makes of news. The saga decides; here its particulars are kept.

use chrono::{DateTime, Utc};
use souk_contracts::{Address, Money, PricedLine};
use uuid::Uuid;

use super::{
    facts::{Announcement, Contradiction, Fact},
    news::{Heard, News},
    notes::{Cancellation, Notes, PaymentProblem},
    saga::{State, Verdict, step},
};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which one it is.
    pub order_id: Uuid,
    /// What was bought by whom; never changes.
    pub purchase: Purchase,
    /// Where it stands.
    pub state: State,
    /// Why it was cancelled, in words, if there are any.
    pub cancel_detail: Option<String>,
    /// How it travels, once it does.
    pub parcel: Option<Parcel>,
    /// What else is known of it.
    pub notes: Notes,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What was bought, by whom, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The customer's account.
    pub account_id: Uuid,
    /// Where the customer is written to.
    pub email: String,
    /// The lines, at the prices of the moment.
    pub lines: Vec<PricedLine>,
    /// What they cost together.
    pub total: Money,
    /// The provider's name for the means of payment.
    pub payment_method: String,
    /// Where it goes.
    pub shipping_address: Address,
}

/// A parcel on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Who carries it.
    pub carrier: String,
    /// What the carrier calls it.
    pub tracking_number: String,
}

impl Order {
    /// A new order.
    pub fn placed(order_id: Uuid, purchase: Purchase, now: DateTime<Utc>) -> Self {
        Self {
            order_id,
            purchase,
            state: State::AwaitingStock,
            cancel_detail: None,
            parcel: None,
            notes: Notes::default(),
            placed_at: now,
            updated_at: now,
        }
    }

    /// Takes news in.
    pub fn hear(&mut self, news: News, now: DateTime<Utc>) -> Result<Heard, Contradiction> {
        if news.fact == Fact::BookingWindowClosed && self.notes.booked_at.is_some() {
            return Ok(Heard::Nothing);
        }
        let verdict = step(self.state, news.fact);
        if let Verdict::Refused(why) = verdict {
            return Err(why);
        }
        let noted = self.note(&news, now);
        match verdict {
            Verdict::Moved(state, announcement) => {
                self.go(state, announcement, news.detail, now);
                Ok(Heard::Moved(announcement))
            }
            Verdict::Resumed(state) => {
                (self.state, self.notes.cancellation, self.cancel_detail) = (state, None, None);
                self.updated_at = now;
                Ok(Heard::Noted)
            }
            _ if noted => Ok(Heard::Noted),
            _ => Ok(Heard::Nothing),
        }
    }

    /// What of it stands in its row and can change: not the notes.
    pub fn row(&self) -> (&'static str, Option<&str>, Option<&Parcel>, DateTime<Utc>) {
        let (detail, parcel) = (self.cancel_detail.as_deref(), self.parcel.as_ref());
        (self.state.name(), detail, parcel, self.updated_at)
    }

    /// Asks shipping once more, if an answer is missing since before `asked_before`.
    pub fn ask_again(&mut self, asked_before: DateTime<Utc>, now: DateTime<Utc>) -> Heard {
        let (State::Cancelling(reason), Some(wanted)) =
            (self.state, self.notes.cancellation.as_mut())
        else {
            return Heard::Nothing;
        };
        if wanted.asked_at >= asked_before {
            return Heard::Nothing;
        }
        wanted.asked_at = now;
        Heard::Moved(Announcement::CancellationRequested(reason))
    }

    /// The order is somewhere else.
    fn go(
        &mut self,
        state: State,
        announcement: Announcement,
        detail: Option<String>,
        now: DateTime<Utc>,
    ) {
        self.cancel_detail = match state {
            State::Cancelling(_) => detail,
            // Why shipping was asked.
            State::Cancelled(_) => detail.or(self.cancel_detail.take()),
            _ => None,
        };
        match announcement {
            Announcement::Confirmed => self.notes.confirmed_at = Some(now),
            Announcement::CancellationRequested(reason) => {
                self.notes.cancellation = Some(Cancellation {
                    reason,
                    requested_at: now,
                    asked_at: now,
                });
            }
            _ => {}
        }
        (self.state, self.updated_at) = (state, now);
    }

    /// Keeps the particulars that had been missing; whether there were any. A dispatch may be heard of after the delivery.
    fn note(&mut self, news: &News, now: DateTime<Utc>) -> bool {
        let mut noted = false;
        if self.parcel.is_none() && news.parcel.is_some() {
            self.parcel.clone_from(&news.parcel);
            self.updated_at = now;
            noted = true;
        }
        if news.fact == Fact::ShipmentBooked && self.notes.booked_at.is_none() {
            self.notes.booked_at = Some(now);
            noted = true;
        }
        if news.fact == Fact::CaptureRefused && self.notes.payment_problem.is_none() {
            let reason = news.detail.clone().unwrap_or_default();
            self.notes.payment_problem = Some(PaymentProblem {
                reason,
                noted_at: now,
            });
            noted = true;
        }
        noted
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
pub(crate) mod tests;
