//! What the provider says unasked: as `settle/notice.rs` has it.

use payments::domain::Next;

use super::{Known, News, Origin, Payments};
use crate::{provider::Notice, world::post::Moment};

impl Payments {
    /// `POST /v1/payments/webhooks/provider`
    pub(crate) fn notice(&mut self, moment: &mut Moment, notice: &Notice) {
        let order = notice.order;
        let Some(Known::Requested(payment)) = &self.known[order] else {
            return;
        };
        if payment.payment_id != notice.payment_id {
            return;
        }
        let Some(open) = self.open_entry(order) else {
            return;
        };
        let Some(reply) = payment.shown(&self.ledger[open].1, &notice.intent) else {
            return;
        };
        if moment.inboxes && !self.noticed.insert(notice.id) {
            return;
        }
        if let Next::Again | Next::Due(..) = self.write_down(moment, open, &reply) {
            let _ = self.settle(moment, order, News::Nothing, Origin::Own);
        }
    }
}
