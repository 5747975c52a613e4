//! What goes between the functions: out of an outbox to the broker, from the broker to whoever hears it, and the answer back.

use std::collections::VecDeque;

use super::{Heard, Origin, World};
use crate::{
    action::Letter,
    broker::Again,
    event::{Event, Function, What},
    rules::{self, Broken},
};

impl World {
    /// The outbox of a function.
    pub(crate) fn outbox(&mut self, function: Function) -> &mut VecDeque<Event> {
        match function {
            Function::Orders => &mut self.orders.post.outbox,
            Function::Inventory => &mut self.inventory.post.outbox,
            Function::Payments => &mut self.payments.post.outbox,
            Function::Shipping => &mut self.shipping.post.outbox,
        }
    }

    pub(super) fn relay(&mut self, function: Function, twice: bool) -> bool {
        let Some(event) = self.outbox(function).front().copied() else {
            return false;
        };
        if !twice {
            self.outbox(function).pop_front();
        }
        // The same event sent twice is not said twice.
        if self.said.iter().all(|said| said.id != event.id) {
            self.said.push(event);
        }
        self.broker.take(event, self.moment.now);
        true
    }

    pub(super) fn deliver(&mut self, letter: Letter, unanswered: bool) -> bool {
        let Some(waiting) = self.broker.begin(letter, self.moment.now) else {
            return false;
        };
        let (event, moment) = (waiting.event, &mut self.moment);
        let basket = &self.setup.baskets[event.order];
        let heard = match waiting.to {
            Function::Orders => self.orders.hear(moment, &event),
            Function::Inventory => self.inventory.hear(moment, &event, basket),
            Function::Shipping => self.shipping.hear(moment, &event),
            Function::Payments => {
                let delivery = (waiting.id, unanswered);
                self.payments.hear(moment, &event, basket, delivery)
            }
        };
        self.answer(waiting.id, event, heard, unanswered);
        true
    }

    /// What a function has answered the broker.
    fn answer(&mut self, delivery: u32, event: Event, heard: Heard, unanswered: bool) {
        match heard {
            Heard::Asking => {}
            Heard::Done if unanswered => self.broker.unanswered(delivery),
            Heard::Done => self.broker.taken(delivery),
            Heard::Later => {
                if self.broker.later(delivery, self.moment.now) == Again::No {
                    self.broken = Some(Broken::of("an event was given up", &event));
                }
            }
            Heard::Never(why) => {
                self.broker.taken(delivery);
                if rules::is_explained(self, &event, &why) {
                    self.explained.push((event, why));
                } else {
                    self.broken = Some(Broken::of(&format!("a dead letter: {why}"), &event));
                }
            }
        }
    }

    pub(super) fn answer_for(&mut self, order: usize, origin: Origin, heard: Heard) {
        let Origin::Event {
            delivery,
            at,
            attempt,
            unanswered,
        } = origin
        else {
            return;
        };
        let what = self.broker.what(delivery);
        let what = what.unwrap_or(What::PaymentPostponed(attempt.unwrap_or_default()));
        let event = Event {
            id: 0,
            what,
            order,
            at,
        };
        self.answer(delivery, event, heard, unanswered);
    }
}
