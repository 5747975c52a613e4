//! `orders` around its domain: as `events/mod.rs`, `on_sweep.rs`, `reminders.rs` and `cancel_order.rs` have it.

use chrono::TimeDelta;
use orders::domain::{Announcement, Fact, Heard as Told, News, Order, Purchase, State};
use souk_contracts::{Address, Currency, Money, PricedLine};
use uuid::Uuid;

use super::post::{Heard, Moment, Post, order_id};
use crate::{
    event::{Event, What},
    seen::Seen,
    setup::{Basket, PRICES, SKUS},
};

/// `ORDERS_PAYMENT_WINDOW_SECONDS`
const PAYMENT_WINDOW: TimeDelta = TimeDelta::minutes(15);
/// `ORDERS_BOOKING_WINDOW_SECONDS`
const BOOKING_WINDOW: TimeDelta = TimeDelta::hours(24);
/// As in `reminders.rs`.
const ANSWER_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// The function and its store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    /// Outbox and inbox.
    pub(crate) post: Post,
    /// Its rows, by the numbers of orders.
    pub(crate) rows: Vec<Order>,
    /// Which pairs of its table have happened.
    pub(crate) seen: Seen,
}

impl Orders {
    /// `POST /v1/orders`
    pub(crate) fn place(&mut self, moment: &mut Moment, basket: &Basket) {
        let order = self.rows.len();
        let purchase = purchase(basket);
        let placed = Order::placed(order_id(order), purchase, moment.now);
        self.rows.push(placed);
        self.post.emit(moment, What::OrderPlaced, order);
    }

    /// `POST /v1/orders/{order_id}/cancel`; whether it was possible.
    pub(crate) fn cancel(&mut self, moment: &mut Moment, order: usize) -> bool {
        order < self.rows.len() && self.tell(moment, order, Fact::CustomerCancelled).is_ok()
    }

    /// `POST /events`
    pub(crate) fn hear(&mut self, moment: &mut Moment, event: &Event) -> Heard {
        if self.post.knows(moment, event) {
            return Heard::Done;
        }
        let fact = match event.what {
            What::StockReserved => Fact::StockReserved,
            What::StockRejected => Fact::StockRejected,
            What::PaymentAuthorized => Fact::PaymentAuthorized,
            What::PaymentDeclined => Fact::PaymentDeclined,
            What::CaptureRefused => Fact::CaptureRefused,
            What::ShipmentBooked => Fact::ShipmentBooked,
            What::ShipmentCancelled => Fact::ShipmentCancelled,
            What::ShipmentDispatched => Fact::ShipmentDispatched,
            What::ShipmentDelivered => Fact::ShipmentDelivered,
            _ => return Heard::Never("orders does not hear it".to_owned()),
        };
        if event.order >= self.rows.len() {
            return Heard::Never("there is no such order".to_owned());
        }
        match self.tell(moment, event.order, fact) {
            Err(why) => Heard::Never(why),
            Ok(()) => {
                self.post.note(moment, event);
                Heard::Done
            }
        }
    }

    /// The PingSource's call.
    pub(crate) fn sweep(&mut self, moment: &mut Moment) -> Result<(), String> {
        for order in 0..self.rows.len() {
            let row = &self.rows[order];
            let pending = matches!(row.state, State::AwaitingStock | State::AwaitingPayment);
            let confirmed = row.notes.confirmed_at;
            if pending && row.placed_at < moment.now - PAYMENT_WINDOW {
                self.tell(moment, order, Fact::PaymentWindowClosed)?;
            } else if row.state == State::Confirmed
                && row.notes.booked_at.is_none()
                && row.notes.cancellation.is_none()
                && confirmed.is_some_and(|at| at < moment.now - BOOKING_WINDOW)
            {
                self.tell(moment, order, Fact::BookingWindowClosed)?;
            }
            let asked_before = moment.now - ANSWER_WINDOW;
            let heard = self.rows[order].ask_again(asked_before, moment.now);
            self.say(moment, order, heard);
        }
        Ok(())
    }

    fn tell(&mut self, moment: &mut Moment, order: usize, fact: Fact) -> Result<(), String> {
        let row = &mut self.rows[order];
        self.seen.note(row.state, fact);
        let news = match fact {
            Fact::BookingWindowClosed => News::not_booked(),
            fact => News::of(fact),
        };
        let heard = row.hear(news, moment.now).map_err(|why| why.to_string())?;
        stored(row)?;
        self.say(moment, order, heard);
        Ok(())
    }

    fn say(&mut self, moment: &mut Moment, order: usize, heard: Told) {
        let Told::Moved(announcement) = heard else {
            return;
        };
        let what = match announcement {
            Announcement::PaymentRequested => What::PaymentRequested,
            Announcement::Confirmed => What::OrderConfirmed,
            Announcement::CancellationRequested(why) => What::CancellationRequested(why),
            Announcement::Shipped => What::OrderShipped,
            Announcement::Delivered => What::OrderDelivered,
            Announcement::Cancelled(why) => What::OrderCancelled(why),
        };
        self.post.emit(moment, what, order);
    }
}

/// A row is read as it was written.
fn stored(row: &Order) -> Result<(), String> {
    let reason = match row.state {
        State::Cancelled(reason) => Some(reason),
        _ => None,
    };
    let read = State::named(row.state.name(), reason, row.notes.wanted());
    match read == Some(row.state) {
        true => Ok(()),
        false => Err(format!(
            "{:?} is read from the store as {read:?}",
            row.state
        )),
    }
}

fn purchase(basket: &Basket) -> Purchase {
    let price = |minor| Money::new(minor, Currency::EUR);
    let lines = SKUS.iter().zip(PRICES).zip(basket.pieces);
    let lines = lines.filter(|(_, quantity)| *quantity > 0);
    let line = |((sku, minor), quantity): ((&&str, i64), u32)| PricedLine {
        sku: (*sku).to_owned(),
        name: String::new(),
        quantity,
        unit_price: price(minor),
    };
    Purchase {
        account_id: Uuid::from_u128(7),
        email: String::new(),
        lines: lines.map(line).collect(),
        total: price(basket.total()),
        payment_method: String::new(),
        shipping_address: Address {
            name: String::new(),
            line1: String::new(),
            line2: None,
            postal_code: String::new(),
            city: String::new(),
            country: String::new(),
        },
    }
}
