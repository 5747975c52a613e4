//! Who may ask, and what is put off: as `settle/claim.rs` and `settle/postpone.rs` have it.

use payments::domain::Entry;

use super::{Known, Origin, PATIENCE, Payments, Question, Settled};
use crate::{event::What, world::post::Moment};

impl Payments {
    /// What was left open comes first, then what is due.
    pub(super) fn claim(&mut self, moment: &mut Moment, order: usize, origin: Origin) -> Settled {
        let Some(Known::Requested(payment)) = &self.known[order] else {
            return Settled::Done;
        };
        let payment = payment.clone();
        let until = moment.now + PATIENCE;
        let entry = match self.open_entry(order) {
            Some(n) if self.ledger[n].1.is_claimed(moment.now) => return Settled::Away,
            Some(n) => {
                self.ledger[n].1.claimed_until = Some(until);
                self.ledger[n].1.clone()
            }
            None => {
                let Some((kind, amount)) = payment.due() else {
                    return Settled::Done;
                };
                let id = moment.id();
                let entry = Entry::open(id, payment.request.order_id, kind, amount, moment.now);
                let entry = entry.claimed(until);
                self.ledger.push((order, entry.clone()));
                entry
            }
        };
        self.questions.push(Question {
            order,
            origin,
            payment,
            entry,
            reply: None,
        });
        Settled::Asking
    }

    pub(super) fn postpone(&mut self, moment: &mut Moment, order: usize, attempt: Option<u32>) {
        if self.open_entry(order).is_none() {
            return;
        }
        let Some(Known::Requested(payment)) = &mut self.known[order] else {
            return;
        };
        if let Some(attempt) = payment.wait.postpone(attempt, moment.now) {
            self.post
                .emit(moment, What::PaymentPostponed(attempt), order);
        }
    }
}
