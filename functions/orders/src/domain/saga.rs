//! The saga of an order: `(state, fact) -> (state, announcement)`, for facts in any order, late, and more than once.
//!
//! It knows neither lines nor amounts nor times, and whether a fact was delivered before is the inbox's business:
//! everything here would still be right without it.
//!
//! A confirmed order is cancelled by two: this function wants it, and shipping agrees or says that the parcel has left. So
//! nothing is announced as cancelled, and no money let go, that could still leave the house.

use souk_contracts::{CancelReason, CancellationReason};

use super::{
    facts::{Announcement, Contradiction, Fact},
    reasons::reason_after,
};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Placed; inventory has not said yet whether there is enough.
    AwaitingStock,
    /// The stock is set aside, the payment is requested.
    AwaitingPayment,
    /// Stock and money are there; to be shipped.
    Confirmed,
    /// Confirmed, and not to be shipped if that can still be prevented: shipping was asked.
    Cancelling(CancellationReason),
    /// On its way.
    Shipped,
    /// With the customer.
    Delivered,
    /// Will not be shipped.
    Cancelled(CancelReason),
}

/// What becomes of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The order is somewhere else now, and this is to be said.
    Moved(State, Announcement),
    /// What was wanted of the order is wanted no more, and nobody has acted on it: there is nothing to be said.
    Resumed(State),
    /// It was known, or something stronger has overtaken it.
    Absorbed,
    /// It cannot be true of this order.
    Refused(Contradiction),
}

impl State {
    /// Its name in the store. An order that is being cancelled is `confirmed` there: what is wanted stands beside it, where
    /// the release before does not look.
    pub fn name(self) -> &'static str {
        match self {
            Self::AwaitingStock => "awaiting_stock",
            Self::AwaitingPayment => "awaiting_payment",
            Self::Cancelled(_) => "cancelled",
            state => state.status(),
        }
    }

    /// Whether nothing more will happen to the order.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Delivered | Self::Cancelled(_))
    }

    /// What clients are told.
    pub fn status(self) -> &'static str {
        match self {
            Self::AwaitingStock | Self::AwaitingPayment => "pending",
            Self::Confirmed | Self::Cancelling(_) => "confirmed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled(_) => "cancelled",
        }
    }

    /// Whether its customer may still ask to cancel it, and has not.
    pub fn can_be_cancelled(self) -> bool {
        matches!(step(self, Fact::CustomerCancelled), Verdict::Moved(..))
    }

    /// The state of that name. A cancelled order has a reason, and no other has one; a confirmed one may be wanted cancelled,
    /// and what is wanted of any other has come too late.
    pub fn named(
        name: &str,
        reason: Option<CancelReason>,
        wanted: Option<CancellationReason>,
    ) -> Option<Self> {
        match (name, reason, wanted) {
            ("awaiting_stock", None, _) => Some(Self::AwaitingStock),
            ("awaiting_payment", None, _) => Some(Self::AwaitingPayment),
            ("confirmed", None, None) => Some(Self::Confirmed),
            ("confirmed", None, Some(wanted)) => Some(Self::Cancelling(wanted)),
            ("shipped", None, _) => Some(Self::Shipped),
            ("delivered", None, _) => Some(Self::Delivered),
            ("cancelled", Some(reason), _) => Some(Self::Cancelled(reason)),
            _ => None,
        }
    }
}

/// What a fact does to an order. Every pair is spelled out, so that a new state or fact does not compile until it is decided.
pub fn step(state: State, fact: Fact) -> Verdict {
    use {
        CancelReason as Reason, CancellationReason::*, Contradiction::*, Fact::*, State::*,
        Verdict::*,
    };
    match (state, fact) {
        // The straight way.
        (AwaitingStock, StockReserved) => Moved(AwaitingPayment, Announcement::PaymentRequested),
        (AwaitingPayment, PaymentAuthorized) => Moved(Confirmed, Announcement::Confirmed),
        // A parcel that has left settles what was wanted of the order; also when the dispatch is heard of later only.
        (Confirmed | Cancelling(_), ShipmentDispatched) => Moved(Shipped, Announcement::Shipped),
        (Confirmed | Cancelling(_) | Shipped, ShipmentDelivered) => {
            Moved(Delivered, Announcement::Delivered)
        }

        // The ways out before anything can leave.
        (AwaitingStock | AwaitingPayment, StockRejected) => cancel(Reason::OutOfStock),
        (AwaitingPayment, PaymentDeclined) => cancel(Reason::PaymentDeclined),
        (AwaitingStock | AwaitingPayment, PaymentWindowClosed) => cancel(Reason::PaymentTimedOut),
        (AwaitingStock | AwaitingPayment, CustomerCancelled) => cancel(Reason::RequestedByCustomer),

        // Afterwards shipping is asked. A reservation can expire before the payment comes: then even a confirmed order has no
        // stock. Whoever asks because nothing was booked steps back behind who does not want it in any case.
        (Confirmed | Cancelling(NotFulfilled), CustomerCancelled) => ask(RequestedByCustomer),
        (Confirmed | Cancelling(NotFulfilled), StockRejected) => ask(OutOfStock),
        (Confirmed, BookingWindowClosed) => ask(NotFulfilled),
        (Cancelling(reason), ShipmentCancelled) => cancel(reason_after(reason)),
        (Cancelling(NotFulfilled), ShipmentBooked) => Resumed(Confirmed),
        // Nobody has asked, but nothing will leave: the money must not be kept for it.
        (Confirmed, ShipmentCancelled) => cancel(Reason::OutOfStock),

        // Said again, or overtaken. Whoever said it hears of the cancellation and lets go of stock and money.
        (AwaitingPayment | Confirmed | Cancelling(_) | Shipped | Delivered | Cancelled(_), StockReserved)
        | (Cancelling(RequestedByCustomer | OutOfStock), StockRejected | CustomerCancelled | ShipmentBooked)
        | (Shipped | Delivered | Cancelled(_), StockRejected)
        | (Confirmed | Cancelling(_) | Shipped | Delivered | Cancelled(_), PaymentAuthorized)
        | (Cancelled(_), PaymentDeclined)
        | (Confirmed | Cancelling(_) | Shipped | Delivered | Cancelled(_), PaymentWindowClosed)
        | (Cancelling(_) | Shipped | Delivered | Cancelled(_), BookingWindowClosed)
        | (Confirmed | Shipped | Delivered | Cancelled(_), ShipmentBooked)
        | (Cancelled(_), CustomerCancelled | ShipmentCancelled)
        | (Shipped | Delivered, ShipmentDispatched)
        | (Delivered, ShipmentDelivered)
        // A note for the merchant, who has to get the money some other way.
        | (Confirmed | Cancelling(_) | Shipped | Delivered | Cancelled(_), CaptureRefused) => Absorbed,

        // What cannot be.
        (AwaitingStock, PaymentAuthorized | PaymentDeclined) => Refused(NotRequested),
        (Confirmed | Cancelling(_) | Shipped | Delivered, PaymentDeclined) => {
            Refused(AlreadyAuthorized)
        }
        (Shipped, CustomerCancelled) => Refused(OnItsWay),
        (Delivered, CustomerCancelled) => Refused(Arrived),
        (
            AwaitingStock | AwaitingPayment,
            BookingWindowClosed | ShipmentBooked | ShipmentCancelled | ShipmentDispatched
            | ShipmentDelivered | CaptureRefused,
        ) => Refused(NotConfirmed),
        (Shipped | Delivered, ShipmentCancelled) => Refused(CancelledThoughLeft),
        (Cancelled(_), ShipmentDispatched | ShipmentDelivered) => Refused(LeftThoughCancelled),
    }
}

fn cancel(reason: CancelReason) -> Verdict {
    Verdict::Moved(State::Cancelled(reason), Announcement::Cancelled(reason))
}

fn ask(reason: CancellationReason) -> Verdict {
    let asked = Announcement::CancellationRequested(reason);
    Verdict::Moved(State::Cancelling(reason), asked)
}

#[cfg(test)]
#[path = "saga_histories.rs"]
mod histories;
#[cfg(test)]
#[path = "saga_tests.rs"]
mod tests;
