//! `shipping` around its domain: as its files in `events/`, `http/` and `store/standings.rs` have it.

use shipping::domain::{CancellationAnswer, Fact, State, Verdict, answer, step};
use souk_contracts::CancellationReason;

use super::post::{Heard, Moment, Post};
use crate::event::{Event, What};

/// What is known of an order: the table `order_standings`, and its shipment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    confirmed: bool,
    cancelled: bool,
    /// Where the shipment stands, if one was booked.
    pub(crate) shipment: Option<State>,
}

/// The function and its store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shipping {
    /// Outbox and inbox.
    pub(crate) post: Post,
    /// By the numbers of orders.
    pub(crate) orders: Vec<Standing>,
}

impl Shipping {
    /// For so many orders.
    pub(crate) fn of(count: usize) -> Self {
        Self {
            post: Post::default(),
            orders: vec![Standing::default(); count],
        }
    }

    /// `POST /events`
    pub(crate) fn hear(&mut self, moment: &mut Moment, event: &Event) -> Heard {
        if self.post.knows(moment, event) {
            return Heard::Done;
        }
        let heard = match event.what {
            What::OrderConfirmed => self.confirmed(moment, event.order),
            What::OrderCancelled(_) => self.cancelled(event.order),
            What::CancellationRequested(reason) => self.asked(moment, event.order, reason),
            _ => Err("shipping does not hear it".to_owned()),
        };
        if let Err(why) = heard {
            return Heard::Never(why);
        }
        self.post.note(moment, event);
        Heard::Done
    }

    /// `POST /v1/shipments/{shipment_id}/dispatch` and `/deliver`; whether it was possible.
    pub(crate) fn moves(&mut self, moment: &mut Moment, order: usize, fact: Fact) -> bool {
        let standing = self.orders.get(order);
        let Some(state) = standing.and_then(|standing| standing.shipment) else {
            return false;
        };
        let Verdict::Moved(state) = step(state, fact) else {
            return false;
        };
        self.orders[order].shipment = Some(state);
        let what = match fact {
            Fact::Arrived => What::ShipmentDelivered,
            _ => What::ShipmentDispatched,
        };
        self.post.emit(moment, what, order);
        true
    }

    fn confirmed(&mut self, moment: &mut Moment, order: usize) -> Result<(), String> {
        let standing = &mut self.orders[order];
        let is_new = !std::mem::replace(&mut standing.confirmed, true);
        if is_new && !standing.cancelled {
            standing.shipment = Some(State::Booked);
            self.post.emit(moment, What::ShipmentBooked, order);
        }
        Ok(())
    }

    fn cancelled(&mut self, order: usize) -> Result<(), String> {
        self.orders[order].cancelled = true;
        self.cancel_shipment(order)
    }

    fn asked(
        &mut self,
        moment: &mut Moment,
        order: usize,
        reason: CancellationReason,
    ) -> Result<(), String> {
        let standing = &mut self.orders[order];
        // An order that nothing was heard of is given up from now on.
        standing.cancelled |= !standing.confirmed;
        let shipments: Vec<State> = standing.shipment.into_iter().collect();
        match answer(&shipments, reason == CancellationReason::NotFulfilled) {
            CancellationAnswer::OnItsWay => {}
            CancellationAnswer::StaysBooked => {
                self.post.emit(moment, What::ShipmentBooked, order);
            }
            CancellationAnswer::GivenUp => {
                standing.cancelled = true;
                self.cancel_shipment(order)?;
                self.post.emit(moment, What::ShipmentCancelled, order);
            }
        }
        Ok(())
    }

    fn cancel_shipment(&mut self, order: usize) -> Result<(), String> {
        let Some(state) = self.orders[order].shipment else {
            return Ok(());
        };
        match step(state, Fact::OrderCancelled) {
            Verdict::Moved(state) => self.orders[order].shipment = Some(state),
            Verdict::Absorbed => {}
            Verdict::Refused(why) => return Err(why.to_string()),
        }
        Ok(())
    }
}
