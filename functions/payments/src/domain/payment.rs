//! A payment with its amounts: how much is due, what may be given back, and what the provider's answers make of it.

use chrono::{DateTime, Utc};
use souk_contracts::Money;
use thiserror::Error;
use uuid::Uuid;

use super::{Contradiction, Entry, Fact, Kind, Reply, Standing, State};

/// What an order has to be paid with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The order.
    pub order_id: Uuid,
    /// Who pays.
    pub account_id: Uuid,
    /// How much.
    pub amount: Money,
    /// The provider's name for the means of payment.
    pub payment_method: String,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Which one it is.
    pub payment_id: Uuid,
    /// What was requested; never changes.
    pub request: Request,
    /// Where it stands.
    pub standing: Standing,
    /// How much was taken.
    pub captured_minor: i64,
    /// How much of that was given back.
    pub refunded_minor: i64,
    /// The provider's name for it, once the money is held.
    pub provider_reference: Option<String>,
    /// Why the provider will not pay.
    pub decline_reason: Option<String>,
    /// When it was requested.
    pub requested_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Why nothing is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoRefund {
    /// No money was taken.
    #[error("no money was taken for this order")]
    NotCaptured,
    /// Everything was given back.
    #[error("all the money was given back already")]
    AllBack,
    /// That much is not left.
    #[error("only {left} of what was taken is left")]
    TooMuch {
        /// What is left.
        left: Money,
    },
    /// In another currency.
    #[error("the payment is in {0}")]
    OtherCurrency(souk_contracts::Currency),
}

impl Payment {
    /// A new one.
    pub fn requested(payment_id: Uuid, request: Request, now: DateTime<Utc>) -> Self {
        Self {
            payment_id,
            request,
            standing: Standing::new(),
            captured_minor: 0,
            refunded_minor: 0,
            provider_reference: None,
            decline_reason: None,
            requested_at: now,
            updated_at: now,
        }
    }

    /// Takes a fact about its order in; whether that has changed anything.
    pub fn hear(&mut self, fact: Fact, now: DateTime<Utc>) -> Result<bool, Contradiction> {
        let heard = self.standing.hear(fact)?;
        let changed = heard != self.standing;
        if changed {
            self.standing = heard;
            self.updated_at = now;
        }
        Ok(changed)
    }

    /// What is to be asked of the provider now, and about how much.
    pub fn due(&self) -> Option<(Kind, i64)> {
        let kind = self.standing.due()?;
        let amount = match kind {
            Kind::Authorization | Kind::Capture | Kind::Void => self.request.amount.amount_minor,
            Kind::Refund => self.left(),
        };
        Some((kind, amount))
    }

    /// How much would be given back: what is wanted, or all that is left.
    pub fn refund(&self, wanted: Option<Money>) -> Result<i64, NoRefund> {
        let currency = self.request.amount.currency;
        match self.standing.state {
            State::Captured => {}
            State::Refunded => return Err(NoRefund::AllBack),
            _ => return Err(NoRefund::NotCaptured),
        }
        match wanted {
            None => Ok(self.left()),
            Some(wanted) if wanted.currency != currency => Err(NoRefund::OtherCurrency(currency)),
            Some(wanted) if wanted.amount_minor > self.left() => Err(NoRefund::TooMuch {
                left: Money::new(self.left(), currency),
            }),
            Some(wanted) => Ok(wanted.amount_minor),
        }
    }

    /// Takes in what the provider has said to an entry.
    pub fn conclude(&mut self, entry: &Entry, reply: &Reply, now: DateTime<Utc>) {
        match (entry.kind, reply) {
            (Kind::Authorization, Reply::Done(reference)) => {
                self.provider_reference = Some(reference.clone());
            }
            (Kind::Authorization, Reply::Refused(reason)) => {
                self.decline_reason = Some(reason.clone());
            }
            (Kind::Capture, Reply::Done(_)) => self.captured_minor = entry.amount_minor,
            (Kind::Refund, Reply::Done(_)) => self.refunded_minor += entry.amount_minor,
            _ => {}
        }
        let done = matches!(reply, Reply::Done(_));
        self.standing = self.standing.conclude(entry.kind, done, self.left() == 0);
        self.updated_at = now;
    }

    /// What was taken and not given back.
    fn left(&self) -> i64 {
        self.captured_minor - self.refunded_minor
    }
}

#[cfg(test)]
mod tests {
    use souk_contracts::Currency;

    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    fn captured() -> Payment {
        let request = Request {
            order_id: Uuid::from_u128(1),
            account_id: Uuid::from_u128(7),
            amount: eur(2500),
            payment_method: "pm_card_visa".into(),
        };
        let mut payment = Payment::requested(Uuid::from_u128(2), request, DateTime::UNIX_EPOCH);
        answer(&mut payment, &done());
        payment
            .hear(Fact::ShipmentDispatched, DateTime::UNIX_EPOCH)
            .unwrap();
        answer(&mut payment, &done());
        payment
    }

    fn done() -> Reply {
        Reply::Done("pi_1".into())
    }

    fn answer(payment: &mut Payment, reply: &Reply) {
        let (kind, amount) = payment.due().unwrap();
        settle(payment, kind, amount, reply);
    }

    fn settle(payment: &mut Payment, kind: Kind, amount: i64, reply: &Reply) {
        let entry = Entry::open(
            Uuid::nil(),
            payment.request.order_id,
            kind,
            amount,
            DateTime::UNIX_EPOCH,
        );
        payment.conclude(&entry, reply, DateTime::UNIX_EPOCH);
    }

    #[test]
    fn no_more_is_given_back_than_was_taken() {
        let mut payment = captured();
        assert_eq!(payment.refund(Some(eur(2000))), Ok(2000));
        settle(&mut payment, Kind::Refund, 2000, &done());
        let left = eur(500);
        assert_eq!(
            payment.refund(Some(eur(501))),
            Err(NoRefund::TooMuch { left })
        );
        assert_eq!(payment.refund(None), Ok(500));
        settle(&mut payment, Kind::Refund, 500, &done());
        assert_eq!(payment.standing.state, State::Refunded);
        assert_eq!(payment.refund(None), Err(NoRefund::AllBack));
    }

    #[test]
    fn a_cancelled_order_gets_back_what_is_left() {
        let mut payment = captured();
        settle(&mut payment, Kind::Refund, 2000, &done());
        payment
            .hear(Fact::OrderCancelled, DateTime::UNIX_EPOCH)
            .unwrap();
        assert_eq!(payment.due(), Some((Kind::Refund, 500)));
        answer(&mut payment, &done());
        assert_eq!(
            (payment.standing.state, payment.refunded_minor),
            (State::Refunded, 2500)
        );
    }

    #[test]
    fn a_refund_that_is_refused_leaves_the_amounts_as_they_were() {
        let mut payment = captured();
        let refused = Reply::Refused("charge_disputed".into());
        settle(&mut payment, Kind::Refund, 2500, &refused);
        assert_eq!(payment.refund(None), Ok(2500));
    }

    #[test]
    fn nothing_is_given_back_in_another_currency() {
        let dollars = Money::new(1, "USD".parse().unwrap());
        let refused = Err(NoRefund::OtherCurrency(Currency::EUR));
        assert_eq!(captured().refund(Some(dollars)), refused);
    }
}
