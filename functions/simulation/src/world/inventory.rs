//! `inventory` around its domain: as its files in `events/` and `store/` have it.

use chrono::{DateTime, TimeDelta, Utc};
use inventory::domain::{
    Change, Fact, Level, Levels, Pieces, State, Verdict, book_out, describe, release, reserve, step,
};

use super::post::{Heard, Moment, Post};
use crate::{
    event::{Event, What},
    setup::{Basket, SKUS, Setup},
};

/// `INVENTORY_RESERVATION_SECONDS`
const HOLDING_TIME: TimeDelta = TimeDelta::minutes(30);
/// How a parcel is refused whose pieces others were promised by then. Somebody has to count.
pub(crate) const OVERSOLD: &str = "the parcel holds pieces that others were promised";

/// What an order has asked for.
#[derive(Clone, Debug)]
pub(crate) struct Reservation {
    /// What became of it.
    pub(crate) state: State,
    /// What is, or was, held.
    pub(crate) pieces: Pieces,
    expires_at: Option<DateTime<Utc>>,
}

/// The function and its store.
#[derive(Clone, Debug)]
pub(crate) struct Inventory {
    /// Outbox and inbox.
    pub(crate) post: Post,
    /// The table `stock`.
    pub(crate) stock: Levels,
    /// The table `reservations`, by the numbers of orders.
    pub(crate) reservations: Vec<Option<Reservation>>,
}

impl Inventory {
    /// With the stock of a setup.
    pub(crate) fn with(setup: &Setup) -> Self {
        let level = |(sku, on_hand): (&&str, i64)| {
            let level = Level {
                on_hand,
                reserved: 0,
            };
            ((*sku).to_owned(), level)
        };
        Self {
            post: Post::default(),
            stock: SKUS.iter().zip(setup.stock).map(level).collect(),
            reservations: vec![None; setup.baskets.len()],
        }
    }

    /// `POST /events`
    pub(crate) fn hear(&mut self, moment: &mut Moment, event: &Event, basket: &Basket) -> Heard {
        // Kept before the inbox is asked.
        let held = self.reservations[event.order].as_mut();
        let held = held.filter(|reservation| reservation.state == State::Held);
        if let (What::OrderConfirmed, Some(reservation)) = (event.what, held) {
            reservation.expires_at = None;
            return Heard::Done;
        }
        if self.post.knows(moment, event) {
            return Heard::Done;
        }
        let heard = match event.what {
            What::OrderPlaced => self.placed(moment, event.order, &pieces(basket)),
            What::OrderConfirmed => self.confirmed(moment, event.order),
            What::OrderCancelled(_) => self.cancelled(event.order),
            What::ShipmentDispatched => self.dispatched(event.order, &pieces(basket)),
            _ => Heard::Never("inventory does not hear it".to_owned()),
        };
        if heard == Heard::Done {
            self.post.note(moment, event);
        }
        heard
    }

    /// The PingSource's call.
    pub(crate) fn sweep(&mut self, moment: &Moment) {
        for order in 0..self.reservations.len() {
            let Some(reservation) = &self.reservations[order] else {
                continue;
            };
            let is_over = reservation.expires_at.is_some_and(|at| at < moment.now);
            if is_over
                && step(reservation.state, Fact::TimeOver) == Verdict::GiveBack(State::Expired)
            {
                let freed = release(&reservation.pieces);
                self.apply(&freed);
                self.becomes(order, State::Expired);
            }
        }
    }

    fn placed(&mut self, moment: &mut Moment, order: usize, wanted: &Pieces) -> Heard {
        let known = self.reservations[order].is_some();
        match reserve(&self.stock, wanted) {
            _ if known => {}
            Ok(changes) => {
                self.apply(&changes);
                self.reservations[order] = Some(Reservation {
                    state: State::Held,
                    pieces: wanted.clone(),
                    expires_at: Some(moment.now + HOLDING_TIME),
                });
                self.post.emit(moment, What::StockReserved, order);
            }
            Err(_) => {
                self.reservations[order] = Some(none_held(State::Rejected));
                self.post.emit(moment, What::StockRejected, order);
            }
        }
        Heard::Done
    }

    fn confirmed(&mut self, moment: &mut Moment, order: usize) -> Heard {
        let Some(reservation) = &self.reservations[order] else {
            return Heard::Never("nothing was ever reserved".to_owned());
        };
        if step(reservation.state, Fact::OrderConfirmed) != Verdict::TakeAgain {
            return Heard::Done;
        }
        match reserve(&self.stock, &reservation.pieces) {
            Ok(changes) => {
                self.apply(&changes);
                self.becomes(order, State::Held);
            }
            Err(_) => {
                self.becomes(order, State::Rejected);
                self.post.emit(moment, What::StockRejected, order);
            }
        }
        Heard::Done
    }

    fn cancelled(&mut self, order: usize) -> Heard {
        let Some(reservation) = &self.reservations[order] else {
            self.reservations[order] = Some(none_held(State::Released));
            return Heard::Done;
        };
        match step(reservation.state, Fact::OrderCancelled) {
            Verdict::GiveBack(state) => {
                let freed = release(&reservation.pieces);
                self.apply(&freed);
                self.becomes(order, state);
            }
            Verdict::Note(state) => self.becomes(order, state),
            _ => {}
        }
        Heard::Done
    }

    fn dispatched(&mut self, order: usize, left: &Pieces) -> Heard {
        let Some(reservation) = &self.reservations[order] else {
            return Heard::Never("nothing was ever reserved".to_owned());
        };
        let Verdict::BookOut { held } = step(reservation.state, Fact::ShipmentDispatched) else {
            return Heard::Done;
        };
        let held = match held {
            true => reservation.pieces.clone(),
            false => Pieces::new(),
        };
        match book_out(&self.stock, &held, left) {
            Ok(changes) => {
                self.apply(&changes);
                self.becomes(order, State::BookedOut);
                Heard::Done
            }
            Err(shortages) => Heard::Never(format!("{OVERSOLD}: {}", describe(&shortages))),
        }
    }

    fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            let level = self.stock.entry(change.sku.clone()).or_default();
            level.on_hand += change.on_hand;
            level.reserved += change.reserved;
        }
    }

    fn becomes(&mut self, order: usize, state: State) {
        if let Some(reservation) = &mut self.reservations[order] {
            (reservation.state, reservation.expires_at) = (state, None);
        }
    }
}

fn none_held(state: State) -> Reservation {
    Reservation {
        state,
        pieces: Pieces::new(),
        expires_at: None,
    }
}

/// What a basket holds, by article.
pub(crate) fn pieces(basket: &Basket) -> Pieces {
    let pieces = SKUS.iter().zip(basket.pieces);
    let pieces = pieces.filter(|(_, count)| *count > 0);
    pieces
        .map(|(sku, count)| ((*sku).to_owned(), i64::from(count)))
        .collect()
}
