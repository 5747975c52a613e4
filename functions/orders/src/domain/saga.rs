//! The saga of an order: `(state, fact) -> (state, announcement)`, for facts in any order, late, and more than once.
//!
//! It knows neither lines nor amounts nor times, and whether a fact was delivered before is the inbox's business:
//! everything here would still be right without it.

use souk_contracts::CancelReason;
use thiserror::Error;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Placed; inventory has not said yet whether there is enough.
    AwaitingStock,
    /// The stock is set aside, the payment is requested.
    AwaitingPayment,
    /// Stock and money are there; to be shipped.
    Confirmed,
    /// On its way.
    Shipped,
    /// With the customer.
    Delivered,
    /// Will not be shipped.
    Cancelled(CancelReason),
}

/// What can happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Inventory has set every line aside.
    StockReserved,
    /// Inventory has too little, or has given away what it held.
    StockRejected,
    /// The provider holds the money.
    PaymentAuthorized,
    /// The provider will not pay.
    PaymentDeclined,
    /// Nobody has paid within the time allowed.
    PaymentWindowClosed,
    /// The customer does not want it any more.
    CustomerCancelled,
    /// The parcel has left the house.
    ShipmentDispatched,
    /// The parcel has arrived.
    ShipmentDelivered,
}

/// What the shop is told when an order has moved. One of these for each move, and never without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// `payment.requested`
    PaymentRequested,
    /// `order.confirmed`
    Confirmed,
    /// `order.shipped`
    Shipped,
    /// `order.delivered`
    Delivered,
    /// `order.cancelled`
    Cancelled(CancelReason),
}

/// What becomes of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The order is somewhere else now, and this is to be said.
    Moved(State, Announcement),
    /// It was known, or something stronger has overtaken it.
    Absorbed,
    /// It cannot be true of this order.
    Refused(Contradiction),
}

/// A fact that contradicts what is known: somebody has to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Contradiction {
    /// About a payment that this function has not requested yet.
    #[error("no payment was requested yet")]
    NotRequested,
    /// Declined after it was authorized.
    #[error("the payment was authorized before")]
    AlreadyAuthorized,
    /// A parcel for an order that was not confirmed.
    #[error("the order is not confirmed yet")]
    NotConfirmed,
    /// A parcel for an order that was cancelled; it has to be called back.
    #[error("the order was cancelled, and yet its parcel has left")]
    LeftThoughCancelled,
    /// Too late to cancel.
    #[error("the order is on its way already")]
    OnItsWay,
    /// Much too late to cancel.
    #[error("the order was delivered already")]
    Arrived,
}

impl State {
    /// Its name in the store.
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
            Self::Confirmed => "confirmed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled(_) => "cancelled",
        }
    }

    /// Whether its customer may still cancel it, and has not.
    pub fn can_be_cancelled(self) -> bool {
        matches!(
            step(self, Fact::CustomerCancelled),
            Verdict::Moved(Self::Cancelled(_), _)
        )
    }

    /// The state of that name; a cancelled order has a reason, and no other has one.
    pub fn named(name: &str, reason: Option<CancelReason>) -> Option<Self> {
        match (name, reason) {
            ("awaiting_stock", None) => Some(Self::AwaitingStock),
            ("awaiting_payment", None) => Some(Self::AwaitingPayment),
            ("confirmed", None) => Some(Self::Confirmed),
            ("shipped", None) => Some(Self::Shipped),
            ("delivered", None) => Some(Self::Delivered),
            ("cancelled", Some(reason)) => Some(Self::Cancelled(reason)),
            _ => None,
        }
    }
}

/// What a fact does to an order. Every pair is spelled out, so that a new state or fact does not compile until it is decided.
pub fn step(state: State, fact: Fact) -> Verdict {
    use {CancelReason as Reason, Contradiction::*, Fact::*, State::*, Verdict::*};
    match (state, fact) {
        // The straight way.
        (AwaitingStock, StockReserved) => Moved(AwaitingPayment, Announcement::PaymentRequested),
        (AwaitingPayment, PaymentAuthorized) => Moved(Confirmed, Announcement::Confirmed),
        (Confirmed, ShipmentDispatched) => Moved(Shipped, Announcement::Shipped),
        // Also when the dispatch is heard of later only.
        (Confirmed | Shipped, ShipmentDelivered) => Moved(Delivered, Announcement::Delivered),

        // The ways out. A reservation can expire before the payment comes: then even a confirmed order has no stock.
        (AwaitingStock | AwaitingPayment | Confirmed, StockRejected) => cancel(Reason::OutOfStock),
        (AwaitingPayment, PaymentDeclined) => cancel(Reason::PaymentDeclined),
        (AwaitingStock | AwaitingPayment, PaymentWindowClosed) => cancel(Reason::PaymentTimedOut),
        (AwaitingStock | AwaitingPayment | Confirmed, CustomerCancelled) => {
            cancel(Reason::RequestedByCustomer)
        }

        // Said again, or overtaken. Whoever said it hears of the cancellation and lets go of stock and money.
        (AwaitingPayment | Confirmed | Shipped | Delivered | Cancelled(_), StockReserved)
        | (Shipped | Delivered | Cancelled(_), StockRejected)
        | (Confirmed | Shipped | Delivered | Cancelled(_), PaymentAuthorized)
        | (Cancelled(_), PaymentDeclined)
        | (Confirmed | Shipped | Delivered | Cancelled(_), PaymentWindowClosed)
        | (Cancelled(_), CustomerCancelled)
        | (Shipped | Delivered, ShipmentDispatched)
        | (Delivered, ShipmentDelivered) => Absorbed,

        // What cannot be.
        (AwaitingStock, PaymentAuthorized | PaymentDeclined) => Refused(NotRequested),
        (Confirmed | Shipped | Delivered, PaymentDeclined) => Refused(AlreadyAuthorized),
        (Shipped, CustomerCancelled) => Refused(OnItsWay),
        (Delivered, CustomerCancelled) => Refused(Arrived),
        (AwaitingStock | AwaitingPayment, ShipmentDispatched | ShipmentDelivered) => {
            Refused(NotConfirmed)
        }
        (Cancelled(_), ShipmentDispatched | ShipmentDelivered) => Refused(LeftThoughCancelled),
    }
}

fn cancel(reason: CancelReason) -> Verdict {
    Verdict::Moved(State::Cancelled(reason), Announcement::Cancelled(reason))
}

/// The reason as the store and clients have it.
pub fn reason_text(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::OutOfStock => "out_of_stock",
        CancelReason::PaymentDeclined => "payment_declined",
        CancelReason::PaymentTimedOut => "payment_timed_out",
        CancelReason::RequestedByCustomer => "requested_by_customer",
    }
}

/// The reason of that name.
pub fn reason_named(name: &str) -> Option<CancelReason> {
    match name {
        "out_of_stock" => Some(CancelReason::OutOfStock),
        "payment_declined" => Some(CancelReason::PaymentDeclined),
        "payment_timed_out" => Some(CancelReason::PaymentTimedOut),
        "requested_by_customer" => Some(CancelReason::RequestedByCustomer),
        _ => None,
    }
}

#[cfg(test)]
#[path = "saga_tests.rs"]
mod tests;
