//! What can happen to an order, what is said of it, and what cannot be.

use souk_contracts::{CancelReason, CancellationReason};
use thiserror::Error;

/// What can happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// Shipping has not said within the time allowed that it will pack it.
    BookingWindowClosed,
    /// Shipping will pack it.
    ShipmentBooked,
    /// Nothing will leave for it: shipping agrees to a cancellation.
    ShipmentCancelled,
    /// The parcel has left the house.
    ShipmentDispatched,
    /// The parcel has arrived.
    ShipmentDelivered,
    /// The provider has refused for good to hand over the money it held. The parcel has left.
    CaptureRefused,
}

/// What the shop is told when an order has moved. One of these for each move, and never without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Announcement {
    /// `payment.requested`
    PaymentRequested,
    /// `order.confirmed`
    Confirmed,
    /// `cancellation.requested`
    CancellationRequested(CancellationReason),
    /// `order.shipped`
    Shipped,
    /// `order.delivered`
    Delivered,
    /// `order.cancelled`
    Cancelled(CancelReason),
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
    /// Shipping says that nothing will leave, and has said before that it has left.
    #[error("the parcel has left, and yet its shipment was cancelled")]
    CancelledThoughLeft,
    /// Too late to cancel.
    #[error("the order is on its way already")]
    OnItsWay,
    /// Much too late to cancel.
    #[error("the order was delivered already")]
    Arrived,
}

impl Fact {
    /// All there are.
    pub const ALL: [Self; 12] = [
        Self::StockReserved,
        Self::StockRejected,
        Self::PaymentAuthorized,
        Self::PaymentDeclined,
        Self::PaymentWindowClosed,
        Self::CustomerCancelled,
        Self::BookingWindowClosed,
        Self::ShipmentBooked,
        Self::ShipmentCancelled,
        Self::ShipmentDispatched,
        Self::ShipmentDelivered,
        Self::CaptureRefused,
    ];
}
