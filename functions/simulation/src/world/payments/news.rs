//! What `payments` hears: events, sweeps, merchants and customers.

use payments::domain::{Entry, Fact, Kind, Payment, Request};
use souk_contracts::{Currency, Money};

use super::{Known, Origin, PATIENCE, Payments, Question, account};
use crate::{
    event::{Event, What},
    setup::Basket,
    world::post::{Heard, Moment, order_id},
};

/// What is heard about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It is to be paid, so much.
    Requested(i64),
    /// Its parcel has left.
    Dispatched,
    /// It will not be shipped.
    Cancelled,
    /// Nothing: only what was left open is to be asked.
    Nothing,
}

impl Payments {
    /// `POST /events`
    pub(crate) fn hear(
        &mut self,
        moment: &mut Moment,
        event: &Event,
        basket: &Basket,
        (delivery, unanswered): (u32, bool),
    ) -> Heard {
        let (news, attempt) = match event.what {
            What::PaymentRequested => (News::Requested(basket.total()), None),
            What::ShipmentDispatched => (News::Dispatched, None),
            What::OrderCancelled(_) => (News::Cancelled, None),
            What::PaymentPostponed(attempt) => (News::Nothing, Some(attempt)),
            _ => return Heard::Never("payments does not hear it".to_owned()),
        };
        let origin = Origin::Event {
            delivery,
            at: event.at,
            attempt,
            unanswered,
        };
        self.settle(moment, event.order, news, origin)
    }

    /// The PingSource's call: what was left open is asked again.
    pub(crate) fn sweep(&mut self, moment: &mut Moment) {
        for order in 0..self.known.len() {
            let open = self.open_entry(order);
            if open.is_some_and(|n| !self.ledger[n].1.is_claimed(moment.now)) {
                let _ = self.settle(moment, order, News::Nothing, Origin::Own);
            }
        }
    }

    /// `POST /v1/payments/{order_id}/complete`
    pub(crate) fn complete(&mut self, moment: &mut Moment, order: usize) -> bool {
        let Some(Some(Known::Requested(payment))) = self.known.get(order) else {
            return false;
        };
        if payment.standing.state != payments::domain::State::Pending {
            return false;
        }
        let _ = self.settle(moment, order, News::Nothing, Origin::Customer);
        true
    }

    /// `POST /v1/payments/{order_id}/refunds`: all that is left, or so much.
    pub(crate) fn refund(&mut self, moment: &mut Moment, order: usize, part: Option<i64>) -> bool {
        let Some(Some(Known::Requested(payment))) = self.known.get(order) else {
            return false;
        };
        let wanted = part.map(|minor| Money::new(minor, Currency::EUR));
        let (Ok(amount), None) = (payment.refund(wanted), self.open_entry(order)) else {
            return false;
        };
        let payment = payment.clone();
        let id = moment.id();
        let entry = Entry::open(id, order_id(order), Kind::Refund, amount, moment.now);
        let entry = entry.by(account()).claimed(moment.now + PATIENCE);
        self.ledger.push((order, entry.clone()));
        self.questions.push(Question {
            order,
            origin: Origin::Own,
            payment,
            entry,
            reply: None,
        });
        true
    }

    /// Takes news in; whether there is a payment to ask about.
    pub(super) fn take(
        &mut self,
        moment: &mut Moment,
        order: usize,
        news: News,
    ) -> Result<bool, String> {
        let unheard_of = || Err("no payment was requested".to_owned());
        let known = &mut self.known[order];
        let payment = match (known.as_mut(), news) {
            (None, News::Requested(minor)) => {
                let request = Request {
                    order_id: order_id(order),
                    account_id: account(),
                    amount: Money::new(minor, Currency::EUR),
                    payment_method: String::new(),
                };
                let payment = Payment::requested(moment.id(), request, moment.now);
                *known = Some(Known::Requested(Box::new(payment)));
                return Ok(true);
            }
            (None, News::Cancelled) => {
                *known = Some(Known::Unwanted);
                return Ok(false);
            }
            (None, _) | (Some(Known::Unwanted), News::Dispatched) => return unheard_of(),
            (Some(Known::Unwanted), _) => return Ok(false),
            (Some(Known::Requested(payment)), _) => payment,
        };
        let fact = match news {
            News::Dispatched => Fact::ShipmentDispatched,
            News::Cancelled => Fact::OrderCancelled,
            News::Requested(_) | News::Nothing => return Ok(true),
        };
        let heard = payment.hear(fact, moment.now);
        heard.map(|_| true).map_err(|why| why.to_string())
    }
}
